#include "tests/support/watched_store.h"

namespace mapisync::test {

// A planned failure stands in for the call; otherwise the call goes through.
#define MAPISYNC_TEST_FORWARD(member)         \
  if (!watch_.call()) return watch_.failure_; \
  return inner_ member

Result<void> WatchedWork::put_mailbox(const MailboxRecord& record) { MAPISYNC_TEST_FORWARD(->put_mailbox(record)); }

Result<FolderId> WatchedWork::put_folder(const FolderRecord& record) { MAPISYNC_TEST_FORWARD(->put_folder(record)); }

Result<void> WatchedWork::forget_folder_rows(FolderId folder) { MAPISYNC_TEST_FORWARD(->forget_folder_rows(folder)); }

Result<void> WatchedWork::put_checkpoint(FolderId folder, const Checkpoint& checkpoint) {
  MAPISYNC_TEST_FORWARD(->put_checkpoint(folder, checkpoint));
}

Result<void> WatchedWork::put_asking(FolderId folder, const Asking& asking) {
  MAPISYNC_TEST_FORWARD(->put_asking(folder, asking));
}

Result<void> WatchedWork::erase_asking(FolderId folder) { MAPISYNC_TEST_FORWARD(->erase_asking(folder)); }

Result<void> WatchedWork::put_ledger(FolderId folder, const LedgerRow& row) {
  MAPISYNC_TEST_FORWARD(->put_ledger(folder, row));
}

Result<void> WatchedWork::erase_ledger(FolderId folder, const SourceKey& key) {
  MAPISYNC_TEST_FORWARD(->erase_ledger(folder, key));
}

Result<void> WatchedWork::set_ledger_read(FolderId folder, const SourceKey& key, bool read) {
  MAPISYNC_TEST_FORWARD(->set_ledger_read(folder, key, read));
}

Result<void> WatchedWork::set_ledger_coverage(FolderId folder, const SourceKey& key, Coverage coverage) {
  MAPISYNC_TEST_FORWARD(->set_ledger_coverage(folder, key, coverage));
}

Result<void> WatchedWork::set_ledger_held(FolderId folder, const SourceKey& key, bool held) {
  MAPISYNC_TEST_FORWARD(->set_ledger_held(folder, key, held));
}

Result<std::uint64_t> WatchedWork::move_ledger_coverage(FolderId folder, Coverage from, Coverage to) {
  MAPISYNC_TEST_FORWARD(->move_ledger_coverage(folder, from, to));
}

Result<void> WatchedWork::put_unsettled(FolderId folder, const UnsettledRow& row) {
  MAPISYNC_TEST_FORWARD(->put_unsettled(folder, row));
}

Result<void> WatchedWork::erase_unsettled(FolderId folder, const SourceKey& key) {
  MAPISYNC_TEST_FORWARD(->erase_unsettled(folder, key));
}

Result<void> WatchedWork::rename_message(FolderId folder, const SourceKey& from, const SourceKey& to) {
  MAPISYNC_TEST_FORWARD(->rename_message(folder, from, to));
}

Result<bool> WatchedWork::put_finding(const Finding& finding) { MAPISYNC_TEST_FORWARD(->put_finding(finding)); }

Result<void> WatchedWork::erase_finding(FolderId folder, const std::optional<SourceKey>& key, FindingKind kind) {
  MAPISYNC_TEST_FORWARD(->erase_finding(folder, key, kind));
}

Result<void> WatchedWork::add_event(const Event& event) { MAPISYNC_TEST_FORWARD(->add_event(event)); }

Result<RunId> WatchedWork::put_run(const RunRecord& record) { MAPISYNC_TEST_FORWARD(->put_run(record)); }

Result<void> WatchedWork::announce_all() { MAPISYNC_TEST_FORWARD(->announce_all()); }

Result<void> WatchedWork::commit() {
  if (!watch_.call()) return watch_.failure_;
  watch_.before_commit();
  auto done = inner_->commit();
  if (done) watch_.after_commit();
  return done;
}

Result<std::unique_ptr<UnitOfWork>> WatchedStore::begin() {
  if (!watch_.call()) return watch_.failure_;
  MAPISYNC_TRY(work, inner_.begin());
  return std::unique_ptr<UnitOfWork>(std::make_unique<WatchedWork>(std::move(work), watch_));
}

Result<std::unique_ptr<Listing>> WatchedStore::new_listing() { MAPISYNC_TEST_FORWARD(.new_listing()); }

Result<std::optional<MailboxRecord>> WatchedStore::mailbox() { MAPISYNC_TEST_FORWARD(.mailbox()); }

Result<std::vector<FolderRecord>> WatchedStore::folders() { MAPISYNC_TEST_FORWARD(.folders()); }

Result<std::optional<Asking>> WatchedStore::asking(FolderId folder) { MAPISYNC_TEST_FORWARD(.asking(folder)); }

Result<std::optional<Checkpoint>> WatchedStore::checkpoint(FolderId folder) {
  MAPISYNC_TEST_FORWARD(.checkpoint(folder));
}

Result<std::optional<LedgerRow>> WatchedStore::ledger_row(FolderId folder, const SourceKey& key) {
  MAPISYNC_TEST_FORWARD(.ledger_row(folder, key));
}

Result<std::vector<LedgerRow>> WatchedStore::ledger_page(FolderId folder, const SourceKey& after, std::size_t limit) {
  MAPISYNC_TEST_FORWARD(.ledger_page(folder, after, limit));
}

Result<std::vector<LedgerRow>> WatchedStore::ledger_page(FolderId folder, Coverage coverage, const SourceKey& after,
                                                         std::size_t limit) {
  MAPISYNC_TEST_FORWARD(.ledger_page(folder, coverage, after, limit));
}

Result<LedgerTotals> WatchedStore::ledger_totals(FolderId folder) { MAPISYNC_TEST_FORWARD(.ledger_totals(folder)); }

Result<std::vector<LedgerRow>> WatchedStore::recent_ledger_rows(FolderId folder, std::size_t limit) {
  MAPISYNC_TEST_FORWARD(.recent_ledger_rows(folder, limit));
}

Result<bool> WatchedStore::arrived_elsewhere(FolderId folder, const SearchKey& key, RunId since) {
  MAPISYNC_TEST_FORWARD(.arrived_elsewhere(folder, key, since));
}

Result<std::vector<LedgerRow>> WatchedStore::held_page(FolderId folder, const SourceKey& after, std::size_t limit) {
  MAPISYNC_TEST_FORWARD(.held_page(folder, after, limit));
}

Result<std::optional<UnsettledRow>> WatchedStore::unsettled_row(FolderId folder, const SourceKey& key) {
  MAPISYNC_TEST_FORWARD(.unsettled_row(folder, key));
}

Result<std::vector<UnsettledRow>> WatchedStore::unsettled_page(FolderId folder, std::optional<UnsettledClass> cls,
                                                               const SourceKey& after, std::size_t limit) {
  MAPISYNC_TEST_FORWARD(.unsettled_page(folder, cls, after, limit));
}

Result<UnsettledTotals> WatchedStore::unsettled_totals(FolderId folder) {
  MAPISYNC_TEST_FORWARD(.unsettled_totals(folder));
}

Result<std::vector<PendingId>> WatchedStore::pending_ids(FolderId folder) {
  MAPISYNC_TEST_FORWARD(.pending_ids(folder));
}

Result<std::vector<UnsettledRow>> WatchedStore::pending_rows(FolderId folder, std::span<const PendingId> ids) {
  MAPISYNC_TEST_FORWARD(.pending_rows(folder, ids));
}

Result<std::vector<Finding>> WatchedStore::findings(std::optional<FolderId> folder) {
  MAPISYNC_TEST_FORWARD(.findings(folder));
}

Result<std::vector<Event>> WatchedStore::events(RunId run) { MAPISYNC_TEST_FORWARD(.events(run)); }

Result<std::vector<RunRecord>> WatchedStore::runs(std::size_t newest) { MAPISYNC_TEST_FORWARD(.runs(newest)); }

#undef MAPISYNC_TEST_FORWARD

}  // namespace mapisync::test
