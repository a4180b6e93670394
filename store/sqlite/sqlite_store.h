// A store in one SQLite file: checkpoint and mirror of one mailbox. docs/schema.md explains the file.
// One caller at a time per object. One writing store per file, held by an OS lock that ends with the process; any
// number of read-only ones beside it, in any process.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/store.h"

namespace mapisync {

namespace sqlite {
class Database;
class WriterLock;
}  // namespace sqlite

class SqliteUnitOfWork;

struct SqliteStoreOptions {
  /// How long to wait for a lock that somebody holds for a moment (a report, the sqlite3 shell).
  std::chrono::milliseconds busy_timeout{5000};
  /// The file does not grow beyond this; a write that would is Errc::store_full. 0 = as large as the disk allows.
  std::uint64_t max_bytes{0};
  /// Whether open() makes a file where there is none.
  bool create{true};
  /// The registered SQLite VFS that everything goes through; empty = SQLite's default. It must keep a file under the
  /// name it is given: whose a file is and who writes it is looked up in the file system.
  std::string vfs{};
};

struct PurgeReport {
  std::uint64_t messages{0};  // whose content was dropped
  bool finished{true};        // false: the limit was reached; call again
};

class SqliteStore final : public Store {
 public:
  /// For writing. Fails, and leaves everything as it was, with: store_foreign (something that is not ours is there),
  /// store_locked, store_too_new, store_corrupt, store_full, store_read_only, permission, missing_file (no such
  /// directory; or no such file and options.create is false), io_error.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, const SqliteStoreOptions& options = {});
  /// For reports, also while another process writes: every read is a short transaction of its own and sees the last
  /// commit. begin() fails with store_read_only.
  static Result<std::unique_ptr<SqliteStore>> open_read_only(const std::string& path,
                                                             const SqliteStoreOptions& options = {});
  /// Closes as close() does, silently. Units of work, listings and readers must be gone by then; large values that were
  /// read from the mirror may live on.
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  /// Marks the file as cleanly closed and folds the write-ahead log into it. The object is of no use afterwards.
  Result<void> close();

  /// The last writer did not close the file, and it was checked and found sound before this object came to be.
  bool integrity_checked() const noexcept { return integrity_checked_; }
  bool read_only() const noexcept { return lock_ == nullptr; }
  const std::string& path() const noexcept { return path_; }

  /// Drops the content (properties, recipients, attachments, large values) and the descriptive columns of messages
  /// deleted before `before`; keys, dates and run numbers stay. At most `limit` messages, in transactions of bounded
  /// size. Gives the space back to the file system.
  Result<PurgeReport> purge_deleted(Timestamp before, Timestamp now, std::uint64_t limit = UINT64_MAX);

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

  /// For the mirror's sink and reader, which live in this file too.
  const std::shared_ptr<sqlite::Database>& database() const noexcept { return database_; }
  /// The unit of work that is open, or null.
  SqliteUnitOfWork* open_work() const noexcept { return open_work_; }

 private:
  friend class SqliteUnitOfWork;
  SqliteStore(std::string path, std::shared_ptr<sqlite::Database> database, std::unique_ptr<sqlite::WriterLock> lock);
  Result<void> prepare_for_writing(const SqliteStoreOptions& options);

  std::string path_;
  std::unique_ptr<sqlite::WriterLock> lock_;  // null: read-only; released after the database is closed
  std::shared_ptr<sqlite::Database> database_;
  SqliteUnitOfWork* open_work_{nullptr};
  std::int64_t last_delivery_{0};  // of the ledger, as committed or written by the open unit of work
  bool integrity_checked_{false};
  bool closed_{false};
};

}  // namespace mapisync
