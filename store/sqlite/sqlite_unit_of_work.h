// The unit of work of a SqliteStore: one SQLite transaction.
// One caller at a time, the one of its store.
#pragma once

#include <string>

#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_store.h"

namespace mapisync {

class SqliteUnitOfWork final : public UnitOfWork {
 public:
  static Result<std::unique_ptr<UnitOfWork>> begin(SqliteStore& store);
  ~SqliteUnitOfWork() override;

  Result<void> put_mailbox(const MailboxRecord& record) override;
  Result<FolderId> put_folder(const FolderRecord& record) override;
  Result<void> forget_folder_rows(FolderId folder) override;
  Result<void> put_checkpoint(FolderId folder, const Checkpoint& checkpoint) override;
  Result<void> put_asking(FolderId folder, const Asking& asking) override;
  Result<void> erase_asking(FolderId folder) override;
  Result<void> put_ledger(FolderId folder, const LedgerRow& row) override;
  Result<void> erase_ledger(FolderId folder, const SourceKey& key) override;
  Result<void> set_ledger_read(FolderId folder, const SourceKey& key, bool read) override;
  Result<void> set_ledger_coverage(FolderId folder, const SourceKey& key, Coverage coverage) override;
  Result<void> set_ledger_held(FolderId folder, const SourceKey& key, bool held) override;
  Result<std::uint64_t> move_ledger_coverage(FolderId folder, Coverage from, Coverage to) override;
  Result<void> put_unsettled(FolderId folder, const UnsettledRow& row) override;
  Result<void> erase_unsettled(FolderId folder, const SourceKey& key) override;
  Result<void> rename_message(FolderId folder, const SourceKey& from, const SourceKey& to) override;
  Result<bool> put_finding(const Finding& finding) override;
  Result<void> erase_finding(FolderId folder, const std::optional<SourceKey>& key, FindingKind kind) override;
  Result<void> add_event(const Event& event) override;
  Result<RunId> put_run(const RunRecord& record) override;
  Result<void> announce_all() override;
  Result<void> commit() override;

  /// For the sink that shares the transaction: runs `change` unless the work has ended or failed before; a failure
  /// spoils the work, so that commit() refuses.
  template <class Change>
  auto guarded(Change change) -> decltype(change()) {
    if (Result<void> usable = check_usable(); !usable) return std::move(usable).error();
    auto done = change();
    if (!done) failed_ = true;
    return done;
  }

 private:
  SqliteUnitOfWork(SqliteStore& store, sqlite::Transaction transaction);
  Result<void> check_usable();
  Failure refuse(const std::string& why) const;
  Result<void> require_folder(FolderId folder);
  Result<FolderId> write_folder(const FolderRecord& record);
  Result<FolderId> find_or_make_folder(const FolderKey& key);
  /// run() within guarded(), after the folder and the key have been checked.
  template <class... Arguments>
  Result<void> write(FolderId folder, const SourceKey* key, std::string_view sql, const Arguments&... arguments);

  SqliteStore& store_;
  sqlite::Database& database_;
  sqlite::Transaction transaction_;
  std::int64_t delivery_before_;
  FolderId known_folder_{FolderId::none};  // the last one that was looked up: calls come in runs of one folder
  bool open_{true};
  bool failed_{false};
};

}  // namespace mapisync
