#include "store/sqlite/sqlite_listing.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "store/sqlite/database.h"
#include "store/sqlite/row_io.h"

namespace mapisync::sqlite {

namespace {

std::optional<TextArgument> optional_text(const Column<std::string>& column) {
  if (!column.value) return std::nullopt;
  return text(*column.value);
}

Listing::Entry read_entry(const Statement& row) { return {read_table_row(row), -row.integer(kTableRowColumns)}; }
Listing::Candidate read_candidate(const Statement& row) { return {read_table_row(row), row.boolean(kTableRowColumns)}; }

class SqliteListing final : public Listing {
 public:
  explicit SqliteListing(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  Result<void> add(std::span<const TableRow> rows) override {
    MAPISYNC_TRY(transaction, Transaction::begin(*database_, Transaction::Kind::write));
    std::int64_t number = next_;
    for (const TableRow& row : rows) {
      MAPISYNC_TRYV(put(row, number++));
    }
    MAPISYNC_TRYV(transaction.commit());
    next_ = number;
    return success();
  }

  Result<bool> contains(const SourceKey& key) override {
    MAPISYNC_TRY(row, database_->query("SELECT 1 FROM listed WHERE source_key = ?1", blob(key)));
    return row.step();
  }

  Result<std::uint64_t> distinct(bool associated) override {
    MAPISYNC_TRY(row, database_->query("SELECT count(*) FROM listed WHERE associated = ?1", associated));
    MAPISYNC_TRYV(row.step());
    return row.size(0);
  }

  Result<std::vector<Entry>> page(const SourceKey& after, std::size_t limit) override {
    MAPISYNC_TRY(rows, database_->query("SELECT " MAPISYNC_TABLE_ROW_COLUMNS ", number FROM listed "
                                        "WHERE source_key > ?1 ORDER BY source_key LIMIT ?2",
                                        blob(after), bounded(limit)));
    return read_all(rows, &read_entry);
  }

  Result<std::optional<TableRow>> find(const SourceKey& key) override {
    MAPISYNC_TRY(
        row, database_->query("SELECT " MAPISYNC_TABLE_ROW_COLUMNS " FROM listed WHERE source_key = ?1", blob(key)));
    MAPISYNC_TRY(found, row.step());
    return found ? std::optional(read_table_row(row)) : std::nullopt;
  }

  Result<void> take(const SourceKey& key) override {
    return database_->run("UPDATE listed SET taken = 1 WHERE source_key = ?1", blob(key));
  }

  Result<std::vector<Candidate>> with_search_key(const Bytes& search_key, std::size_t limit) override {
    MAPISYNC_TRYV(make_indexes());
    MAPISYNC_TRY(rows, database_->query("SELECT " MAPISYNC_TABLE_ROW_COLUMNS ", taken FROM listed "
                                        "WHERE search_key = ?1 ORDER BY taken, source_key LIMIT ?2",
                                        blob(BytesView(search_key)), bounded(limit)));
    return read_all(rows, &read_candidate);
  }

  Result<std::vector<Candidate>> with_message_id(const std::string& message_id, std::size_t limit) override {
    MAPISYNC_TRYV(make_indexes());
    MAPISYNC_TRY(rows, database_->query("SELECT " MAPISYNC_TABLE_ROW_COLUMNS ", taken FROM listed "
                                        "WHERE internet_message_id = ?1 ORDER BY taken, source_key LIMIT ?2",
                                        text(message_id), bounded(limit)));
    return read_all(rows, &read_candidate);
  }

 private:
  static std::int64_t bounded(std::size_t limit) {
    return static_cast<std::int64_t>(
        std::min<std::size_t>(limit, static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max())));
  }

  /// Few listings are ever searched by what the rows are.
  Result<void> make_indexes() {
    if (indexed_) return success();
    indexed_ = true;
    return database_->script(
        "CREATE INDEX IF NOT EXISTS listed_search_key ON listed (search_key, taken, source_key); "
        "CREATE INDEX IF NOT EXISTS listed_message_id ON listed (internet_message_id, taken, source_key)");
  }

  Result<void> put(const TableRow& row, std::int64_t number) {
    if (row.source_key.empty()) {
      return fail(Errc::internal, Scope::process, Retry::never, "a listing does not take rows without a source key");
    }
    const std::string errors = column_errors_of(row);
    const auto search_key = row.search_key.value ? std::optional(blob(BytesView(*row.search_key.value))) : std::nullopt;
    return database_->run(
        "INSERT INTO listed (" MAPISYNC_TABLE_ROW_COLUMNS
        ", number) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) "
        "ON CONFLICT (source_key) DO UPDATE SET change_key = excluded.change_key, message_ref = excluded.message_ref, "
        "associated = excluded.associated, read = excluded.read, size = excluded.size, "
        "delivered_at = excluded.delivered_at, modified_at = excluded.modified_at, "
        "committed_at = excluded.committed_at, sender = excluded.sender, subject = excluded.subject, "
        "message_class = excluded.message_class, internet_message_id = excluded.internet_message_id, "
        "search_key = excluded.search_key, recipients = excluded.recipients, sent_at = excluded.sent_at, "
        "column_errors = excluded.column_errors",
        blob(row.source_key), blob(row.change_key), blob(row.ref), row.associated, row.read.value, row.size.value,
        row.delivered.value, row.modified.value, row.committed.value, optional_text(row.sender),
        optional_text(row.subject), optional_text(row.message_class), optional_text(row.internet_message_id),
        search_key, optional_text(row.recipients), row.sent.value,
        errors.empty() ? std::nullopt : std::optional(text(errors)), number);
  }

  std::shared_ptr<Database> database_;
  std::int64_t next_{0};
  bool indexed_{false};
};

}  // namespace

Result<std::unique_ptr<Listing>> make_listing() {
  // A database without a name lives in the page cache and spills into an unlinked file of the temporary directory.
  MAPISYNC_TRY(database, Database::open({}, OpenMode::temporary, std::chrono::milliseconds{0}));
  MAPISYNC_TRYV(
      database->script("PRAGMA synchronous = OFF; PRAGMA cache_size = -8000; "
                       "CREATE TABLE listed (source_key BLOB PRIMARY KEY, change_key BLOB, message_ref BLOB, "
                       "associated INTEGER, read INTEGER, size INTEGER, delivered_at INTEGER, "
                       "modified_at INTEGER, committed_at INTEGER, sender TEXT, subject TEXT, "
                       "message_class TEXT, internet_message_id TEXT, search_key BLOB, recipients TEXT, "
                       "sent_at INTEGER, column_errors TEXT, "
                       "number INTEGER, taken INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID; CREATE INDEX listed_kind ON "
                       "listed (associated)"));
  return std::unique_ptr<Listing>(std::make_unique<SqliteListing>(std::move(database)));
}

}  // namespace mapisync::sqlite
