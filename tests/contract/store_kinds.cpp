#include "tests/contract/store_kinds.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "store/memory/content_copy.h"
#include "store/memory/memory_sink.h"
#include "store/memory/memory_store.h"
#include "store/sqlite/mirror_reader.h"
#include "store/sqlite/mirror_sink.h"
#include "store/sqlite/sqlite_store.h"

namespace mapisync::test {

namespace {

/// The value; a failure ends the test process.
template <class T>
T sure(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().to_string().c_str());
    std::abort();
  }
  return std::move(result).value();
}

class InMemory final : public StoreWithSink {
 public:
  Store& store() override { return store_; }
  ChangeSink& sink() override { return sink_; }
  void reopen() override {}
  std::map<std::pair<FolderId, SourceKey>, HeldMessage> held() override {
    std::map<std::pair<FolderId, SourceKey>, HeldMessage> held;
    for (const auto& [key, message] : sink_.messages()) {
      held[key] = {message.header.change_key,
                   message.digest,
                   message.read,
                   message.stale,
                   message.header.associated,
                   message.deleted_at.has_value(),
                   message.search_key,
                   message.completeness,
                   message.first_run,
                   message.last_run};
    }
    return held;
  }
  std::string folder_name(FolderId folder) override {
    const auto found = sink_.folders().find(folder);
    if (found == sink_.folders().end()) return "";
    return found->second.deleted_at ? "deleted" : found->second.info.name;
  }

 private:
  MemoryStore store_;
  MemorySink sink_;
};

class InSqlite final : public StoreWithSink {
 public:
  InSqlite() { reopen(); }
  Store& store() override { return *store_; }
  ChangeSink& sink() override { return *sink_; }
  void reopen() override {
    sink_.reset();
    store_.reset();
    store_ = sure(SqliteStore::open(directory_.file("mirror.db")));
    sink_ = std::make_unique<MirrorSink>(*store_);
  }
  std::map<std::pair<FolderId, SourceKey>, HeldMessage> held() override {
    std::map<std::pair<FolderId, SourceKey>, HeldMessage> held;
    MirrorReader reader(*store_);
    for (const MirrorFolder& folder : sure(reader.folders())) {
      const FolderId id = folder.record.id;
      for (const MirrorMessage& message : sure(reader.messages(id, {}, SIZE_MAX, MirrorScope::all))) {
        const auto loaded = sure(reader.load(id, message.key));
        if (!loaded) std::abort();
        held[{id, message.key}] = {message.change_key, sure(content_digest(loaded->content)),
                                   message.read,       message.stale,
                                   message.associated, message.deleted_at.has_value(),
                                   message.search_key, message.completeness,
                                   message.first_run,  message.last_run};
      }
    }
    return held;
  }
  std::string folder_name(FolderId folder) override {
    MirrorReader reader(*store_);
    for (const MirrorFolder& found : sure(reader.folders())) {
      if (found.record.id == folder) return found.record.deleted_at ? "deleted" : found.record.info.name;
    }
    return "";
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<MirrorSink> sink_;
};

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "mapisync-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

StoreKind memory_kind() {
  return {"memory", [] { return std::make_unique<InMemory>(); }};
}
StoreKind sqlite_kind() {
  return {"sqlite", [] { return std::make_unique<InSqlite>(); }};
}

}  // namespace mapisync::test
