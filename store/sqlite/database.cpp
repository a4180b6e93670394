#include "store/sqlite/database.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <sqlite3.h>

#include "engine/base/check.h"
#include "store/sqlite/sqlite_failure.h"

namespace mapisync::sqlite {

namespace {

/// A path as a file: URI; '?', '#' and '%' would be read as URI syntax otherwise.
std::string uri_of(const std::string& path, std::string_view query) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%') {
      const auto value = static_cast<unsigned char>(c);
      uri.append({'%', kDigits[value >> 4], kDigits[value & 15]});
    } else {
      uri.push_back(c);
    }
  }
  return uri.append(query);
}

struct OpenArguments {
  std::string name;
  int flags;
};

OpenArguments arguments_for(const std::string& path, OpenMode mode) {
  switch (mode) {
    case OpenMode::read_write:
    case OpenMode::read_only: return {path, SQLITE_OPEN_READWRITE};
    case OpenMode::read_only_file: return {path, SQLITE_OPEN_READONLY};
    case OpenMode::immutable: return {uri_of(path, "?immutable=1"), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI};
    case OpenMode::temporary: return {"", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
  }
  return {path, SQLITE_OPEN_READONLY};
}

}  // namespace

// --- Statement ---

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      lent_(other.lent_),
      in_place_(other.in_place_),
      started_(other.started_),
      bind_error_(other.bind_error_) {}

Statement::~Statement() {
  if (statement_ != nullptr) Database::give_back(statement_, lent_);
}

void Statement::note(int code) noexcept {
  if (code != SQLITE_OK && bind_error_ == SQLITE_OK) bind_error_ = code;
}

void Statement::bind_integer(int index, std::int64_t value) { note(sqlite3_bind_int64(statement_, index, value)); }
void Statement::bind_null(int index) { note(sqlite3_bind_null(statement_, index)); }
void Statement::bind_any(int index, double value) { note(sqlite3_bind_double(statement_, index, value)); }

void Statement::bind_any(int index, const BlobArgument& value) {
  // A null pointer would bind NULL instead of an empty blob.
  const char* data = value.bytes.data() != nullptr ? value.bytes.data() : "";
  note(sqlite3_bind_blob64(statement_, index, data, value.bytes.size(), in_place_ ? SQLITE_STATIC : SQLITE_TRANSIENT));
}

void Statement::bind_any(int index, const TextArgument& value) {
  const char* data = value.text.data() != nullptr ? value.text.data() : "";
  note(sqlite3_bind_text64(statement_, index, data, value.text.size(), in_place_ ? SQLITE_STATIC : SQLITE_TRANSIENT,
                           SQLITE_UTF8));
}

Result<bool> Statement::step() {
  if (bind_error_ != SQLITE_OK) return database_->failure(bind_error_, "passing a value");
  if (!started_) {
    started_ = true;
    ++database_->executed_;
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_->failure(code, "executing a statement");
}

void Statement::reset() noexcept {
  sqlite3_reset(statement_);
  started_ = false;
  bind_error_ = SQLITE_OK;
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }

Bytes Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr || size <= 0 ? Bytes{} : Bytes(data, static_cast<std::size_t>(size));
}

std::optional<Timestamp> Statement::optional_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

// --- Database ---

Result<std::shared_ptr<Database>> Database::open(const std::string& path, OpenMode mode,
                                                 std::chrono::milliseconds busy_timeout, const std::string& vfs) {
  const OpenArguments arguments = arguments_for(path, mode);
  sqlite3* connection = nullptr;
  const int flags = arguments.flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(arguments.name.c_str(), &connection, flags, vfs.empty() ? nullptr : vfs.c_str());
  if (connection == nullptr) return failure_of(SQLITE_NOMEM, 0, path, "opening", "out of memory");
  auto database = std::shared_ptr<Database>(
      new Database(connection, mode == OpenMode::temporary ? "a temporary file (see TMPDIR)" : path));
  if (code != SQLITE_OK) return database->failure(code, "opening");
  database->set_busy_timeout(busy_timeout);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (mode != OpenMode::read_write && mode != OpenMode::temporary) {
    MAPISYNC_TRYV(database->script("PRAGMA query_only = ON"));
  }
  return database;
}

Database::~Database() {
  for (auto& [sql, cached] : cache_) {
    MAPISYNC_CHECK(!cached.lent);
    sqlite3_finalize(cached.statement);
  }
  sqlite3_close_v2(connection_);
}

Result<Statement> Database::prepare(std::string_view sql) {
  auto [it, added] = cache_.try_emplace(Address{sql.data(), sql.size()});
  Cached& cached = it->second;
  if (cached.statement != nullptr && !cached.lent) {
    cached.lent = true;
    return Statement(*this, cached.statement, &cached.lent);
  }
  sqlite3_stmt* statement = nullptr;
  const bool keep = added || cached.statement == nullptr;  // else: a nested use of a statement that is on loan
  const int code = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                      keep ? SQLITE_PREPARE_PERSISTENT : 0, &statement, nullptr);
  if (code != SQLITE_OK) {
    Failure failed = failure(code, "preparing a statement");
    if (keep) cache_.erase(it);
    return failed;
  }
  if (!keep) return Statement(*this, statement, nullptr);
  cached = Cached{statement, true};
  return Statement(*this, statement, &cached.lent);
}

void Database::give_back(sqlite3_stmt* statement, bool* lent) noexcept {
  if (lent == nullptr) {
    sqlite3_finalize(statement);
    return;
  }
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  *lent = false;
}

Result<void> Database::finish(Statement& statement) {
  for (;;) {
    MAPISYNC_TRY(row, statement.step());
    if (!row) return success();
  }
}

Result<void> Database::script(const std::string& sql) {
  ++executed_;
  const int code = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code, "executing a script");
  return success();
}

Result<std::int64_t> Database::value_of(const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v2(connection_, sql.c_str(), -1, &raw, nullptr);
  if (code != SQLITE_OK) return failure(code, "preparing a statement");
  Statement statement(*this, raw, nullptr);
  MAPISYNC_TRY(row, statement.step());
  return row ? statement.integer(0) : 0;
}

std::uint64_t Database::changes() const noexcept { return static_cast<std::uint64_t>(sqlite3_changes64(connection_)); }
std::int64_t Database::last_row_id() const noexcept { return sqlite3_last_insert_rowid(connection_); }
void Database::forget_last_row_id() noexcept { sqlite3_set_last_insert_rowid(connection_, 0); }
bool Database::in_transaction() const noexcept { return sqlite3_get_autocommit(connection_) == 0; }
bool Database::writable() const noexcept { return sqlite3_db_readonly(connection_, "main") == 0; }

void Database::set_busy_timeout(std::chrono::milliseconds timeout) noexcept {
  const auto bounded = std::min<std::chrono::milliseconds::rep>(timeout.count(), std::numeric_limits<int>::max());
  sqlite3_busy_timeout(connection_, static_cast<int>(bounded));
}

Failure Database::failure(int code, std::string_view doing) const {
  const int primary = code & 0xff;
  const bool system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  return failure_of(code, system ? sqlite3_system_errno(connection_) : 0, path_, doing, sqlite3_errmsg(connection_));
}

// --- Transaction ---

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  MAPISYNC_TRYV(database.run(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED"));
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() { roll_back(); }

Result<void> Transaction::commit() {
  MAPISYNC_CHECK(database_ != nullptr);
  Result<void> committed = database_->run("COMMIT");
  if (committed) {
    database_ = nullptr;
  } else {
    roll_back();
  }
  return committed;
}

void Transaction::roll_back() noexcept {
  if (database_ == nullptr) return;
  // Some errors make SQLite roll back by itself.
  if (database_->in_transaction()) {
    ignore(database_->run("ROLLBACK"),
           "nothing better can be done; what was not committed is dropped at the next open");
  }
  database_ = nullptr;
}

}  // namespace mapisync::sqlite
