// A store in memory: the reference for the contract suite, and what scenario tests run on.
// One caller at a time. Nothing survives the object.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/ports/store.h"
#include "store/memory/undo_log.h"

namespace mapisync {

namespace memory {
struct Tables;
}

class MemoryStore final : public Store {
 public:
  MemoryStore();
  /// Units of work and listings must be gone by then.
  ~MemoryStore() override;
  MemoryStore(const MemoryStore&) = delete;
  MemoryStore& operator=(const MemoryStore&) = delete;

  /// Fails with Errc::internal while another unit of work is open.
  Result<std::unique_ptr<UnitOfWork>> begin() override;
  Result<std::unique_ptr<Listing>> new_listing() override;

  Result<std::optional<MailboxRecord>> mailbox() override;
  Result<std::vector<FolderRecord>> folders() override;
  Result<std::optional<Checkpoint>> checkpoint(FolderId folder) override;
  Result<std::optional<Asking>> asking(FolderId folder) override;

  Result<std::optional<LedgerRow>> ledger_row(FolderId folder, const SourceKey& key) override;
  Result<std::vector<LedgerRow>> ledger_page(FolderId folder, const SourceKey& after, std::size_t limit) override;
  Result<std::vector<LedgerRow>> ledger_page(FolderId folder, Coverage coverage, const SourceKey& after,
                                             std::size_t limit) override;
  Result<LedgerTotals> ledger_totals(FolderId folder) override;
  Result<std::vector<LedgerRow>> recent_ledger_rows(FolderId folder, std::size_t limit) override;
  Result<bool> arrived_elsewhere(FolderId folder, const SearchKey& key, RunId since) override;
  Result<std::vector<LedgerRow>> held_page(FolderId folder, const SourceKey& after, std::size_t limit) override;

  Result<std::optional<UnsettledRow>> unsettled_row(FolderId folder, const SourceKey& key) override;
  Result<std::vector<UnsettledRow>> unsettled_page(FolderId folder, std::optional<UnsettledClass> cls,
                                                   const SourceKey& after, std::size_t limit) override;
  Result<UnsettledTotals> unsettled_totals(FolderId folder) override;
  Result<std::vector<PendingId>> pending_ids(FolderId folder) override;
  Result<std::vector<UnsettledRow>> pending_rows(FolderId folder, std::span<const PendingId> ids) override;

  Result<std::vector<Finding>> findings(std::optional<FolderId> folder) override;
  Result<std::vector<Event>> events(RunId run) override;
  Result<std::vector<RunRecord>> runs(std::size_t newest) override;

 private:
  std::unique_ptr<memory::Tables> tables_;
};

/// The unit of work of a MemoryStore. A sink that shares it adds its own steps to the undo log.
class MemoryUnitOfWork final : public UnitOfWork {
 public:
  explicit MemoryUnitOfWork(memory::Tables& tables);
  ~MemoryUnitOfWork() override;

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

  /// For MemorySink: what is added here is taken back if this work is not committed.
  memory::UndoLog& undo() noexcept { return undo_; }

 private:
  Failure refuse(std::string why);
  /// Fails, and spoils the work, unless the work is open, the folder is known and the key is not empty.
  Result<void> check(FolderId folder, const SourceKey* key);
  void rename_findings(FolderId folder, const SourceKey& from, const SourceKey& to);
  template <class Change>
  Result<void> change_ledger(FolderId folder, const SourceKey& key, Change change);

  memory::Tables& tables_;
  memory::UndoLog undo_;
  bool open_{true};
  bool failed_{false};
};

}  // namespace mapisync
