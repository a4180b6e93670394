#include "providers/fake/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace mapisync::fake {
namespace {

constexpr int kBusyWaitMs = 5'000;  // another process in the middle of a verb
constexpr int kLengthMax = 512 << 20;

Errc code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Errc::store_locked;
    case SQLITE_FULL: return Errc::store_full;
    case SQLITE_READONLY: return Errc::store_read_only;
    case SQLITE_NOTADB: return Errc::not_a_mailbox;
    case SQLITE_CORRUPT: return Errc::store_corrupt;
    case SQLITE_CANTOPEN: return Errc::missing_file;
    case SQLITE_PERM:
    case SQLITE_AUTH: return Errc::permission;
    case SQLITE_TOOBIG: return Errc::too_big;
    case SQLITE_NOMEM: return Errc::out_of_memory;
    case SQLITE_CONSTRAINT: return Errc::invalid_argument;
    default: return Errc::io_error;
  }
}

Failure not_openable(const std::string& path, Errc code, const std::string& why) {
  return fail(code, Scope::mailbox, Retry::never, path + ": " + why);
}

Result<void> make_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0) {
    ::close(file);
    return success();
  }
  switch (errno) {
    case EEXIST: return not_openable(path, Errc::invalid_argument, "exists already; choose another name or remove it");
    case ENOENT: return not_openable(path, Errc::missing_file, "its folder does not exist; make it first");
    case EACCES:
    case EROFS: return not_openable(path, Errc::permission, "cannot be made here; check the permissions of its folder");
    case ENOSPC: return not_openable(path, Errc::store_full, "no space left on the disk");
    default: return not_openable(path, Errc::io_error, std::string("cannot be made: ") + std::strerror(errno));
  }
}

// SQLite opens anything and notices later; a file that is not ours must not even be locked.
Result<void> check_file(const std::string& path, std::uint32_t application_id) {
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  std::error_code unlinked;
  if (!exists && std::filesystem::is_symlink(path, unlinked)) {
    return not_openable(path, Errc::missing_file, "a symbolic link that leads nowhere; name the file itself");
  }
  if (!exists) {
    return not_openable(path, Errc::missing_file, "no such file; check the name, or make one by an import");
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    return not_openable(path, Errc::not_a_mailbox, "not a file, so not a fake mailbox");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return not_openable(path, Errc::permission, "cannot be read; check its permissions");
  std::array<char, 100> head{};
  file.read(head.data(), head.size());
  std::uint32_t id = 0;
  for (std::size_t i = 68; i < 72; ++i) id = id << 8U | static_cast<unsigned char>(head[i]);
  const std::string_view magic("SQLite format 3", 16);
  if (std::string_view(head.data(), magic.size()) != magic || id != application_id) {
    return not_openable(path, Errc::not_a_mailbox, "not a fake mailbox; it was left as it is");
  }
  return success();
}

}  // namespace

Query::Query(Query&& other) noexcept
    : database_(other.database_), sql_(other.sql_), statement_(other.statement_), next_(other.next_) {
  other.statement_ = nullptr;
}

Query::~Query() {
  if (statement_ != nullptr) database_->give_back(sql_, statement_);
}

Query& Query::integer(std::int64_t value) {
  sqlite3_bind_int64(statement_, next_++, value);
  return *this;
}

Query& Query::blob(BytesView value) {
  sqlite3_bind_blob64(statement_, next_++, value.empty() ? "" : value.data(), value.size(), SQLITE_TRANSIENT);
  return *this;
}

Query& Query::text(std::string_view value) {
  sqlite3_bind_text64(statement_, next_++, value.empty() ? "" : value.data(), value.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}

Query& Query::null() {
  sqlite3_bind_null(statement_, next_++);
  return *this;
}

Result<bool> Query::step() {
  if (statement_ == nullptr) return database_->failure("prepare");
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return database_->failure("step");
}

Result<void> Query::run() {
  for (;;) {
    MAPISYNC_TRY(row, step());
    if (!row) return success();
  }
}

std::int64_t Query::get_integer(int column) const { return sqlite3_column_int64(statement_, column); }
bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Bytes Query::get_blob(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? Bytes() : Bytes(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Mode mode, std::uint32_t application_id) {
  if (path.empty()) return fail(Errc::missing_file, Scope::mailbox, Retry::never, "an empty name; name the box");
  std::unique_ptr<Database> database(new Database(path));
  database->in_memory_ = path == ":memory:";
  if (!database->in_memory_) {
    MAPISYNC_TRYV(mode == Mode::create ? make_file(path) : check_file(path, application_id));
  }
  // Not a URI: a path is a path, whatever it contains.
  const int result =
      sqlite3_open_v2(path.c_str(), &database->handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (result != SQLITE_OK) {
    return not_openable(path, code_of(result), "cannot be opened (" + std::string(sqlite3_errstr(result)) + ")");
  }
  sqlite3_extended_result_codes(database->handle_, 1);
  sqlite3_busy_timeout(database->handle_, kBusyWaitMs);
  sqlite3_limit(database->handle_, SQLITE_LIMIT_LENGTH, kLengthMax);
  return database;
}

Database::~Database() {
  for (auto& [sql, statements] : idle_) {
    for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
  }
  sqlite3_close_v2(handle_);
}

Query Database::query(std::string_view sql) {
  std::vector<sqlite3_stmt*>& idle = idle_[sql];
  if (!idle.empty()) {
    sqlite3_stmt* statement = idle.back();
    idle.pop_back();
    return Query(this, sql, statement);
  }
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  return Query(this, sql, statement);
}

void Database::give_back(std::string_view sql, sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  idle_[sql].push_back(statement);
}

Result<void> Database::script(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failure("execute");
  return success();
}

void Database::watch(RowWatcher* watcher) {
  watcher_ = watcher;
  const auto tell = [](void* to, int, const char*, const char* table, sqlite3_int64 row) {
    static_cast<RowWatcher*>(to)->row_changed(table, row);
  };
  sqlite3_update_hook(handle_, watcher == nullptr ? nullptr : +tell, watcher);
}

void Database::tell_all_changed() {
  if (watcher_ != nullptr) watcher_->all_changed();
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle_); }

Result<std::unique_ptr<Database>> Database::copy_to_memory() const {
  MAPISYNC_TRY(copy, open(":memory:", Mode::create, 0));
  sqlite3_backup* backup = sqlite3_backup_init(copy->handle_, "main", handle_, "main");
  if (backup == nullptr) return copy->failure("copy");
  const int result = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (result != SQLITE_DONE) return copy->failure("copy");
  return std::move(copy);
}

Failure Database::failure(const char* doing) const {
  const int result = sqlite3_extended_errcode(handle_);
  return fail(code_of(result), Scope::mailbox, Retry::never, name_ + ": " + doing + ": " + sqlite3_errmsg(handle_),
              static_cast<std::uint32_t>(result));
}

Result<Unit> Unit::begin(Database& database) {
  const bool nested = database.in_transaction();
  MAPISYNC_TRYV(database.query(nested ? "SAVEPOINT verb" : "BEGIN IMMEDIATE").run());
  return Unit(&database, nested);
}

Unit::~Unit() {
  if (database_ == nullptr) return;
  if (nested_) ignore(database_->query("ROLLBACK TO verb").run(), "the batch as a whole can still be given up");
  ignore(database_->query(nested_ ? "RELEASE verb" : "ROLLBACK").run(), "SQLite has rolled back itself");
  database_->tell_all_changed();
}

Result<void> Unit::commit() {
  MAPISYNC_TRYV(database_->query(nested_ ? "RELEASE verb" : "COMMIT").run());
  database_ = nullptr;
  return success();
}

}  // namespace mapisync::fake
