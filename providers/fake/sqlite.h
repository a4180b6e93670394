// The fake's own small door to SQLite: the one place of this folder that knows sqlite3.h.
// One caller at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mapisync::fake {

class Database;

/// A prepared statement on loan from its database; goes back when destroyed. Bind all, then step or run.
class Query {
 public:
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  Query& integer(std::int64_t value);
  Query& number(std::uint64_t value) { return integer(static_cast<std::int64_t>(value)); }
  Query& blob(BytesView value);
  Query& text(std::string_view value);
  Query& null();
  Query& integer_or_null(std::optional<std::int64_t> value) { return value ? integer(*value) : null(); }
  Query& text_or_null(std::string_view value) { return value.empty() ? null() : text(value); }

  /// True: a row is there.
  Result<bool> step();
  /// To the end, rows ignored.
  Result<void> run();

  std::int64_t get_integer(int column) const;
  std::uint64_t get_number(int column) const { return static_cast<std::uint64_t>(get_integer(column)); }
  bool get_bool(int column) const { return get_integer(column) != 0; }
  bool is_null(int column) const;
  Bytes get_blob(int column) const;  // also reads text

 private:
  friend class Database;
  Query(Database* database, std::string_view sql, sqlite3_stmt* statement)
      : database_(database), sql_(sql), statement_(statement) {}
  Database* database_;
  std::string_view sql_;
  sqlite3_stmt* statement_;
  int next_{1};
};

/// Is told which rows have changed, while a change is not committed yet too. Must not touch the database then.
class RowWatcher {
 public:
  virtual void row_changed(std::string_view table, std::int64_t row) = 0;
  /// Something was undone, or everything is new.
  virtual void all_changed() = 0;

 protected:
  ~RowWatcher() = default;
};

class Database {
 public:
  enum class Mode { create, existing };
  /// create: the file must not exist; only its owner may read it. existing: a file whose header does not carry
  /// `application_id` is refused unopened; falls back to reading where writing is not allowed.
  static Result<std::unique_ptr<Database>> open(const std::string& path, Mode mode, std::uint32_t application_id);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// `sql` has static storage: it is the key of the statement cache. A statement that cannot be prepared is told by
  /// the first step.
  Query query(std::string_view sql);
  Result<void> script(const std::string& sql);
  std::int64_t last_row() const;
  bool in_memory() const noexcept { return in_memory_; }
  const std::string& name() const noexcept { return name_; }

  Result<std::unique_ptr<Database>> copy_to_memory() const;
  Failure failure(const char* doing) const;

  bool in_transaction() const;

  /// Borrows `watcher`; null = nobody. Only changes of this connection to tables with a row number are told.
  void watch(RowWatcher* watcher);
  /// To be called after whatever undoes changes, or makes many that are not told one by one.
  void tell_all_changed();

 private:
  friend class Query;
  explicit Database(std::string name) : name_(std::move(name)) {}
  void give_back(std::string_view sql, sqlite3_stmt* statement);

  std::string name_;
  sqlite3* handle_{nullptr};
  bool in_memory_{false};
  RowWatcher* watcher_{nullptr};
  std::unordered_map<std::string_view, std::vector<sqlite3_stmt*>> idle_;
};

/// One verb: a savepoint inside a batch, else a transaction. Destroyed uncommitted = undone.
class Unit {
 public:
  static Result<Unit> begin(Database& database);
  Unit(Unit&& other) noexcept : database_(other.database_), nested_(other.nested_) { other.database_ = nullptr; }
  Unit& operator=(Unit&&) = delete;
  ~Unit();
  Result<void> commit();

 private:
  Unit(Database* database, bool nested) : database_(database), nested_(nested) {}
  Database* database_;
  bool nested_;
};

}  // namespace mapisync::fake
