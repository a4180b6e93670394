// A SqliteStore with its mirror in a directory of its own, and short ways to fill it. One thread.
#pragma once

#include <gmock/gmock.h>

#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "store/sqlite/database.h"
#include "store/sqlite/mirror_reader.h"
#include "store/sqlite/mirror_sink.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/contract/sample_messages.h"
#include "tests/contract/store_kinds.h"

namespace mapisync::test {

template <class T>
T sure(Result<T> result) {
  EXPECT_TRUE(result) << result.error().to_string();
  if (!result) throw std::runtime_error(result.error().to_string());
  return std::move(result).value();
}
inline void must(const Result<void>& result) {
  EXPECT_TRUE(result) << (result ? std::string() : result.error().to_string());
}
template <class T>
Failure failure_of(const Result<T>& result) {
  EXPECT_FALSE(result);
  return result ? Failure{} : result.error();
}

inline Timestamp at(std::int64_t micros) { return Timestamp(Duration(micros)); }

class SqliteFixture : public testing::Test {
 protected:
  std::string path() const { return directory_.file("mirror.db"); }

  void open(const SqliteStoreOptions& options = {}) {
    close();
    store_ = sure(SqliteStore::open(path(), options));
    sink_ = std::make_unique<MirrorSink>(*store_);
    const auto folders = sure(store_->folders());
    if (!folders.empty()) {
      inbox_ = folders.front().id;
      return;
    }
    FolderRecord record;
    record.info.key = FolderKey("inbox");
    record.info.name = "Inbox";
    write([&](UnitOfWork& work) { inbox_ = sure(work.put_folder(record)); });
  }
  void close() {
    sink_.reset();
    store_.reset();
  }

  template <class Writes>
  void write(Writes writes) {
    auto work = sure(store_->begin());
    sure(sink_->attach(*work));
    writes(*work);
    must(work->commit());
  }
  SinkContext context(std::int64_t now = 1000) const { return {inbox_, RunId{1}, at(now)}; }
  void deliver(const DeliveredMessage& message) {
    write([&](UnitOfWork&) { EXPECT_EQ(sure(sink_->upsert(context(), message)).kind, SinkAnswer::Kind::stored); });
  }
  void remove(const std::string& key, std::int64_t now) {
    write([&](UnitOfWork&) { must(sink_->mark_deleted(context(now), SourceKey(key), DeletionKind::hard)); });
  }

  std::int64_t value(const std::string& sql) { return sure(store_->database()->value_of(sql)); }
  std::string text_of(const std::string& sql) {
    auto row = sure(store_->database()->prepare(sql_.emplace_back(sql)));
    return sure(row.step()) ? row.string(0) : "(no row)";
  }

  TemporaryDirectory directory_;
  std::list<std::string> sql_;  // keeps the texts of prepared statements
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<MirrorSink> sink_;
  FolderId inbox_{FolderId::none};
};

}  // namespace mapisync::test
