// A store in front of another one: counts what is asked of it and can end "the process" at a chosen commit. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/ports/store.h"

namespace mapisync::test {

/// Thrown through the engine to play a process that is gone: only destructors run after it. Not an std::exception, so
/// that no handler for third-party exceptions takes it for one.
struct Crash {
  const char* where{""};
};

/// What a WatchedStore counts and obeys. Shared by the store, its units of work and the test.
class StoreWatch {
 public:
  std::uint64_t commits() const noexcept { return commits_; }
  std::uint64_t calls() const noexcept { return calls_; }
  void reset() { *this = StoreWatch{}; }

  /// The process ends instead of the n-th commit (1 = the next one) from now.
  void crash_before_commit(std::uint64_t n) { crash_before_ = commits_ + n; }
  /// The process ends right after the n-th commit from now has become durable.
  void crash_after_commit(std::uint64_t n) { crash_after_ = commits_ + n; }
  /// The n-th store call (writes, reads and commits alike) from now fails, once.
  void fail_call(std::uint64_t n, Failure failure) {
    fail_at_ = calls_ + n;
    failure_ = std::move(failure);
  }
  /// Called whenever a commit has become durable.
  void on_commit(std::function<void()> action) { on_commit_ = std::move(action); }
  void disarm() {
    crash_before_ = crash_after_ = fail_at_ = 0;
    on_commit_ = nullptr;
    dead_ = false;
  }

 private:
  friend class WatchedStore;
  friend class WatchedWork;
  /// Counts a call; false when it is to fail.
  bool call() {
    if (dead_) throw Crash{"a store call after the end"};
    return ++calls_ != fail_at_;
  }
  void before_commit() {
    if (commits_ + 1 == crash_before_) die("before a commit");
  }
  void after_commit() {
    ++commits_;
    if (on_commit_) on_commit_();
    if (commits_ == crash_after_) die("after a commit");
  }
  [[noreturn]] void die(const char* where) {
    dead_ = true;
    throw Crash{where};
  }

  std::uint64_t commits_{0}, calls_{0};
  std::uint64_t crash_before_{0}, crash_after_{0}, fail_at_{0};
  Failure failure_;
  std::function<void()> on_commit_;
  bool dead_{false};
};

class WatchedWork final : public UnitOfWork {
 public:
  WatchedWork(std::unique_ptr<UnitOfWork> inner, StoreWatch& watch) : inner_(std::move(inner)), watch_(watch) {}
  /// What a sink has to attach to: sinks know the units of work of their own store.
  UnitOfWork& inner() noexcept { return *inner_; }

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

 private:
  std::unique_ptr<UnitOfWork> inner_;
  StoreWatch& watch_;
};

/// Forwards to `inner`, which it borrows.
class WatchedStore final : public Store {
 public:
  WatchedStore(Store& inner, StoreWatch& watch) : inner_(inner), watch_(watch) {}

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
  Store& inner_;
  StoreWatch& watch_;
};

}  // namespace mapisync::test
