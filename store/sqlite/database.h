// The SQLite C interface in one small wrapper: a connection, its prepared statements, a transaction.
// One caller at a time per Database. Failures name the file and the remedy.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/model/ids.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mapisync::sqlite {

/// How an argument travels: SQLite knows text from blobs, std::string does not.
struct BlobArgument {
  BytesView bytes;
};
struct TextArgument {
  std::string_view text;
};
inline BlobArgument blob(BytesView bytes) { return {bytes}; }
template <class Tag>
BlobArgument blob(const OpaqueId<Tag>& id) {
  return {id.bytes()};
}
inline TextArgument text(std::string_view utf8) { return {utf8}; }

class Database;

/// A prepared statement on loan from its Database's cache; goes back, reset, when destroyed. Never outlives the
/// Database.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// Binds the arguments to ?1, ?2, ... Their bytes are copied.
  template <class... Arguments>
  void bind(const Arguments&... arguments) {
    int index = 0;
    (bind_any(++index, arguments), ...);
  }
  /// True: a row can be read. False: done.
  Result<bool> step();
  /// Makes it ready for other arguments.
  void reset() noexcept;

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::uint64_t size(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  bool boolean(int column) const { return integer(column) != 0; }
  double real(int column) const;
  Bytes bytes(int column) const;  // of a blob or text; empty for NULL
  std::string string(int column) const { return bytes(column); }
  Timestamp time(int column) const { return Timestamp(Duration(integer(column))); }
  std::optional<Timestamp> optional_time(int column) const;
  template <class Id>
  Id key(int column) const {
    return Id(bytes(column));
  }
  template <class Enum>
  Enum as(int column) const {
    return static_cast<Enum>(integer(column));
  }

 private:
  friend class Database;
  /// `lent`: the flag of the cache to be lowered on return; null: not from the cache.
  Statement(Database& database, sqlite3_stmt* statement, bool* lent) noexcept
      : database_(&database), statement_(statement), lent_(lent) {}

  void bind_integer(int index, std::int64_t value);
  void bind_null(int index);
  void bind_any(int index, const BlobArgument& value);
  void bind_any(int index, const TextArgument& value);
  void bind_any(int index, double value);
  void bind_any(int index, std::nullopt_t) { bind_null(index); }
  void bind_any(int index, Timestamp value) { bind_integer(index, value.time_since_epoch().count()); }
  template <class T>
  void bind_any(int index, const std::optional<T>& value) {
    value ? bind_any(index, *value) : bind_null(index);
  }
  template <class T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) void bind_any(int index, T value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  void note(int code) noexcept;

  Database* database_;
  sqlite3_stmt* statement_;
  bool* lent_;
  bool in_place_{false};  // arguments outlive the execution: no copies
  bool started_{false};
  int bind_error_{0};
};

/// read_only is enforced by SQLite where possible, by query_only otherwise. immutable: a file nobody writes; no locks,
/// no side files, nothing of a write-ahead log is seen.
enum class OpenMode { read_write, read_only, read_only_file, immutable, temporary };

class Database {
 public:
  /// `path` must exist (temporary: is ignored; the data lives in a private file that dies with the connection).
  /// `vfs`: a registered one, or empty for SQLite's default.
  static Result<std::shared_ptr<Database>> open(const std::string& path, OpenMode mode,
                                                std::chrono::milliseconds busy_timeout, const std::string& vfs = {});
  /// Every Statement must be gone.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// `sql` must be a string literal (or live, unchanged, as long as the Database): the cache is keyed by its address.
  Result<Statement> prepare(std::string_view sql);
  template <class... Arguments>
  Result<Statement> query(std::string_view sql, const Arguments&... arguments) {
    MAPISYNC_TRY(statement, prepare(sql));
    statement.bind(arguments...);
    return std::move(statement);
  }
  /// Executes to the end, rows ignored.
  template <class... Arguments>
  Result<void> run(std::string_view sql, const Arguments&... arguments) {
    MAPISYNC_TRY(statement, prepare(sql));
    statement.in_place_ = true;
    statement.bind(arguments...);
    return finish(statement);
  }
  /// Executes several statements, separated by semicolons; not cached.
  Result<void> script(const std::string& sql);
  /// The first column of the first row of a statement that is not worth caching; 0 without a row.
  Result<std::int64_t> value_of(const std::string& sql);

  /// Rows that the last statement changed.
  std::uint64_t changes() const noexcept;
  std::int64_t last_row_id() const noexcept;
  /// last_row_id() is 0 from now on until a row is inserted.
  void forget_last_row_id() noexcept;
  bool in_transaction() const noexcept;
  bool writable() const noexcept;
  void set_busy_timeout(std::chrono::milliseconds timeout) noexcept;
  /// Statements executed since the connection was opened: what a message costs is asserted with it.
  std::uint64_t executed() const noexcept { return executed_; }
  const std::string& path() const noexcept { return path_; }
  /// The failure for a SQLite result code, with this file's name and what to do.
  Failure failure(int code, std::string_view doing) const;

 private:
  friend class Statement;
  Database(sqlite3* connection, std::string path) : connection_(connection), path_(std::move(path)) {}
  static Result<void> finish(Statement& statement);
  static void give_back(sqlite3_stmt* statement, bool* lent) noexcept;

  struct Cached {
    sqlite3_stmt* statement{nullptr};
    bool lent{false};
  };
  /// Where a text lies, not what it says: hashing some hundred bytes would cost more than many a statement.
  struct Address {
    const char* data;
    std::size_t size;
    friend bool operator==(const Address&, const Address&) = default;
  };
  struct HashOfAddress {
    std::size_t operator()(const Address& address) const noexcept { return std::hash<const char*>{}(address.data); }
  };

  sqlite3* connection_;
  std::string path_;
  std::unordered_map<Address, Cached, HashOfAddress> cache_;
  std::uint64_t executed_{0};
};

/// Rolls back unless committed. Never outlives the Database.
class Transaction {
 public:
  enum class Kind { read, write };
  static Result<Transaction> begin(Database& database, Kind kind);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// A failed commit is rolled back.
  Result<void> commit();
  void roll_back() noexcept;

 private:
  explicit Transaction(Database& database) noexcept : database_(&database) {}
  Database* database_;
};

}  // namespace mapisync::sqlite
