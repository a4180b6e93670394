// What the parts of the store contract have in common. One thread.
#pragma once

#include <gmock/gmock.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/contract/store_kinds.h"

namespace mapisync::test {

inline constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

inline SourceKey key(const std::string& bytes) { return SourceKey(bytes); }
inline Timestamp at(std::int64_t micros) { return Timestamp(Duration(micros)); }

inline FolderRecord folder_named(const std::string& name) {
  FolderRecord record;
  record.info.key = FolderKey("key of " + name);
  record.info.name = name;
  return record;
}

inline LedgerRow ledger_row(const std::string& name, RunId run = RunId{1}) {
  LedgerRow row;
  row.key = key(name);
  row.change_key = ChangeKey("version of " + name);
  row.size = 10;
  row.run = run;
  return row;
}

inline UnsettledRow pending_row(const std::string& name, std::int64_t rank = 0) {
  UnsettledRow row;
  row.row.source_key = key(name);
  row.row.size = 7;
  row.rank = rank;
  return row;
}

inline UnsettledRow judged_row(const std::string& name, UnsettledClass cls) {
  UnsettledRow row = pending_row(name);
  row.cls = cls;
  row.evidence.kind = TroubleKind::corrupt_item;
  return row;
}

inline std::vector<std::string> names(const std::vector<LedgerRow>& rows) {
  std::vector<std::string> names;
  for (const LedgerRow& row : rows) names.push_back(row.key.bytes());
  return names;
}
inline std::vector<std::string> names(const std::vector<UnsettledRow>& rows) {
  std::vector<std::string> names;
  for (const UnsettledRow& row : rows) names.push_back(row.row.source_key.bytes());
  return names;
}

class StoreContract : public testing::TestWithParam<StoreKind> {
 protected:
  StoreContract() : kind_(GetParam().make()) {
    write([&](UnitOfWork& work) { inbox_ = put_folder(work, folder_named("Inbox")); });
  }

  Store& store() { return kind_->store(); }
  void reopen() { kind_->reopen(); }

  static FolderId put_folder(UnitOfWork& work, const FolderRecord& record) {
    const auto id = work.put_folder(record);
    EXPECT_TRUE(id) << id.error().to_string();
    return id ? id.value() : FolderId::none;
  }
  template <class T>
  static T sure(Result<T> result) {
    EXPECT_TRUE(result) << result.error().to_string();
    if (!result) throw std::runtime_error("a store call failed");
    return std::move(result).value();
  }
  template <class T>
  static void must(const Result<T>& result) {
    EXPECT_TRUE(result) << result.error().to_string();
  }

  std::unique_ptr<UnitOfWork> begin() { return sure(store().begin()); }
  /// One committed unit of work.
  template <class Writes>
  void write(Writes writes) {
    auto work = begin();
    writes(*work);
    must(work->commit());
  }
  void put(const LedgerRow& row) {
    write([&](UnitOfWork& work) { must(work.put_ledger(inbox_, row)); });
  }
  void put(const UnsettledRow& row) {
    write([&](UnitOfWork& work) { must(work.put_unsettled(inbox_, row)); });
  }
  LedgerTotals ledger_totals() { return sure(store().ledger_totals(inbox_)); }
  UnsettledTotals totals() { return sure(store().unsettled_totals(inbox_)); }

  std::unique_ptr<StoreWithSink> kind_;
  FolderId inbox_{FolderId::none};
};

#define MAPISYNC_FOR_ALL_STORES(suite)                                                   \
  INSTANTIATE_TEST_SUITE_P(Stores, suite, testing::Values(memory_kind(), sqlite_kind()), \
                           [](const auto& kind) { return std::string(kind.param.name); })

}  // namespace mapisync::test
