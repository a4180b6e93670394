// How a SqliteStore is opened, checked, purged and closed.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_failure.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/sqlite_unit_of_work.h"
#include "store/sqlite/store_file.h"
#include "store/sqlite/unfinished_files.h"

namespace mapisync {

using sqlite::Database;
using sqlite::OpenMode;

namespace {

constexpr std::uint64_t kPurgeSlice = 200;  // messages per transaction: keeps the write-ahead log small

/// What every connection to a store is set to.
Result<void> configure(Database& database) {
  return database.script("PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA cache_size = -16000");
}

/// Readers keep their view while somebody writes; a promise that was committed survives a power failure. Where there is
/// no shared memory (network file systems) SQLite stays with its rollback journal, and both still hold.
Result<void> configure_writer(Database& database, const SqliteStoreOptions& options) {
  MAPISYNC_TRYV(
      database.script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                      "PRAGMA journal_size_limit = 67108864"));
  if (options.max_bytes != 0) {
    MAPISYNC_TRY(page_size, database.value_of("PRAGMA page_size"));
    const std::uint64_t pages = options.max_bytes / static_cast<std::uint64_t>(page_size);
    MAPISYNC_TRYV(database.script("PRAGMA max_page_count = " + std::to_string(pages)));
  }
  return configure(database);
}

/// Reads the whole file once. Only the first complaint is kept: what to do is the same for all.
Result<void> check_integrity(Database& database) {
  MAPISYNC_TRY(rows, database.query("PRAGMA quick_check(1)"));
  MAPISYNC_TRY(found, rows.step());
  const std::string answer = found ? rows.string(0) : "no answer";
  if (answer == "ok") return success();
  return sqlite::store_failure(Errc::store_corrupt, database.path(), "the integrity check says: " + answer);
}

/// A database that answers. A file that is cleanly closed in a directory that cannot be written has no side files and
/// cannot get any: nobody writes it, so it may be read as it is.
Result<std::shared_ptr<Database>> open_for_reading(const std::string& path, const SqliteStoreOptions& options) {
  Failure last;
  for (const OpenMode mode : {OpenMode::read_only, OpenMode::read_only_file, OpenMode::immutable}) {
    std::error_code unknown;
    const auto log = std::filesystem::file_size(path + "-wal", unknown);
    if (mode == OpenMode::immutable && !unknown && log > 0) {
      return sqlite::store_failure(Errc::store_read_only, path,
                                   "its last changes are in " + path + "-wal, and the directory cannot be written");
    }
    Result<std::shared_ptr<Database>> opened = Database::open(path, mode, options.busy_timeout, options.vfs);
    if (opened) {
      // The first read is where a write-ahead log is needed.
      const Result<std::int64_t> answer = opened.value()->value_of("SELECT count(*) FROM sqlite_schema");
      if (answer) return opened;
      last = answer.error();
    } else {
      last = opened.error();
    }
    const Errc code = last.errc();
    const bool refused = code == Errc::store_read_only || code == Errc::permission || code == Errc::missing_file ||
                         code == Errc::io_error;
    if (!refused) return last;
  }
  return last;
}

}  // namespace

SqliteStore::SqliteStore(std::string path, std::shared_ptr<Database> database, std::unique_ptr<sqlite::WriterLock> lock)
    : path_(std::move(path)), lock_(std::move(lock)), database_(std::move(database)) {}

SqliteStore::~SqliteStore() {
  ignore(close(), "a store that could not be marked as closed is checked at the next open");
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, const SqliteStoreOptions& options) {
  MAPISYNC_TRY(look, sqlite::look_at(path));
  if (look.presence == sqlite::FilePresence::absent && !options.create) {
    return sqlite::store_failure(Errc::missing_file, path, "does not exist");
  }
  if (look.presence == sqlite::FilePresence::ours) {
    MAPISYNC_TRYV(sqlite::check_writable(look.path));
  }
  MAPISYNC_TRY(lock, sqlite::WriterLock::take(look.path));
  // Whoever held the lock a moment ago may have made the file.
  MAPISYNC_TRY(again, sqlite::look_at(path));
  sqlite::remove_unfinished_files(look.path, options.vfs);
  if (again.presence == sqlite::FilePresence::absent) {
    MAPISYNC_TRYV(sqlite::create_store_file(look.path, options.vfs));
  }
  MAPISYNC_TRYV(sqlite::reclaim_companions(look.path));
  MAPISYNC_TRY(database, Database::open(look.path, OpenMode::read_write, options.busy_timeout, options.vfs));
  auto store = std::unique_ptr<SqliteStore>(new SqliteStore(look.path, std::move(database), std::move(lock)));
  store->closed_ = true;  // until it has been marked as open
  MAPISYNC_TRYV(store->prepare_for_writing(options));
  return store;
}

Result<void> SqliteStore::prepare_for_writing(const SqliteStoreOptions& options) {
  if (!database_->writable()) return sqlite::store_failure(Errc::store_read_only, path_, "cannot be written");
  MAPISYNC_TRYV(sqlite::check_schema(*database_, true));
  MAPISYNC_TRYV(configure_writer(*database_, options));
  MAPISYNC_TRY(clean, database_->value_of("SELECT clean FROM store_info"));
  if (clean == 0) {
    MAPISYNC_TRYV(check_integrity(*database_));
    integrity_checked_ = true;
  }
  MAPISYNC_TRYV(sqlite::upgrade_schema(*database_));
  MAPISYNC_TRYV(database_->run("UPDATE store_info SET clean = 0"));
  closed_ = false;
  MAPISYNC_TRY(delivery, database_->value_of("SELECT max((SELECT max(delivery) FROM ledger l "
                                             "WHERE l.folder_id = f.id)) FROM folders f"));
  last_delivery_ = delivery;
  return success();
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open_read_only(const std::string& path,
                                                                 const SqliteStoreOptions& options) {
  MAPISYNC_TRY(look, sqlite::look_at(path));
  if (look.presence == sqlite::FilePresence::absent) {
    return sqlite::store_failure(Errc::missing_file, path, "does not exist");
  }
  MAPISYNC_TRY(database, open_for_reading(look.path, options));
  MAPISYNC_TRYV(sqlite::check_schema(*database, false));
  MAPISYNC_TRYV(configure(*database));
  return std::unique_ptr<SqliteStore>(new SqliteStore(look.path, std::move(database), nullptr));
}

Result<void> SqliteStore::close() {
  if (closed_ || read_only()) return success();
  closed_ = true;
  MAPISYNC_TRYV(database_->run("UPDATE store_info SET clean = 1"));
  // A reader may hold the log back: it is folded in when the last connection goes, or by the next writer.
  database_->set_busy_timeout(std::chrono::milliseconds{0});
  return database_->script("PRAGMA wal_checkpoint(TRUNCATE)");
}

Result<PurgeReport> SqliteStore::purge_deleted(Timestamp before, Timestamp now, std::uint64_t limit) {
  if (open_work_ != nullptr) return sqlite::store_failure(Errc::internal, path_, "purge within a unit of work");
  PurgeReport report;
  while (report.messages < limit) {
    MAPISYNC_TRY(transaction, sqlite::Transaction::begin(*database_, sqlite::Transaction::Kind::write));
    const std::uint64_t slice = std::min(kPurgeSlice, limit - report.messages);
    MAPISYNC_TRYV(database_->run("CREATE TEMP TABLE IF NOT EXISTS purging (id INTEGER PRIMARY KEY)"));
    MAPISYNC_TRYV(database_->run("DELETE FROM purging"));
    MAPISYNC_TRYV(
        database_->run("INSERT INTO purging SELECT id FROM messages WHERE deleted_at < ?1 "
                       "AND deleted_at IS NOT NULL AND purged_at IS NULL ORDER BY deleted_at LIMIT ?2",
                       before, slice));
    const std::uint64_t found = database_->changes();
    if (found == 0) break;
    MAPISYNC_TRYV(database_->run("DELETE FROM recipients WHERE message_id IN (SELECT id FROM purging)"));
    MAPISYNC_TRYV(database_->run("DELETE FROM attachments WHERE message_id IN (SELECT id FROM purging)"));
    MAPISYNC_TRYV(database_->run("DELETE FROM content_uses WHERE message_id IN (SELECT id FROM purging)"));
    MAPISYNC_TRYV(
        database_->run("UPDATE messages SET purged_at = ?1, properties = NULL, subject = NULL, "
                       "sender_name = NULL, sender_address = NULL, recipients_display = NULL, "
                       "internet_message_id = NULL WHERE id IN (SELECT id FROM purging)",
                       now));
    MAPISYNC_TRYV(transaction.commit());
    report.messages += found;
    MAPISYNC_TRYV(database_->script("PRAGMA incremental_vacuum"));
    if (found < slice) break;
  }
  MAPISYNC_TRY(left, database_->query("SELECT 1 FROM messages WHERE deleted_at < ?1 AND deleted_at IS NOT NULL "
                                      "AND purged_at IS NULL LIMIT 1",
                                      before));
  MAPISYNC_TRY(more, left.step());
  report.finished = !more;
  return report;
}

}  // namespace mapisync
