#include "mail_table.h"

using namespace mapisync;

namespace {

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS mail("
    "  folder INTEGER NOT NULL, source_key BLOB NOT NULL, subject TEXT, body TEXT, bytes INTEGER,"
    "  read INTEGER, stale INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,"
    "  PRIMARY KEY(folder, source_key)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS folder(id INTEGER PRIMARY KEY, name TEXT);";

/// A target that fails ends the run; nothing is lost, the next one goes on at the last commit.
Failure failed(sqlite3* database) {
  return fail(Errc::sink_failed, Scope::process, Retry::later, std::string("mail table: ") + sqlite3_errmsg(database));
}

/// One value of a statement; the statement borrows it until it has run.
struct Bind {
  sqlite3_stmt* statement;
  int at;
  void operator()(std::int64_t number) const { sqlite3_bind_int64(statement, at, number); }
  void operator()(const std::string& text) const {
    sqlite3_bind_text64(statement, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  void operator()(const SourceKey& key) const {
    sqlite3_bind_blob64(statement, at, key.bytes().data(), key.bytes().size(), SQLITE_STATIC);
  }
};

std::int64_t number_of(FolderId folder) { return static_cast<std::int64_t>(folder); }

}  // namespace

Result<std::unique_ptr<MailTable>> MailTable::open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open(path.c_str(), &raw);
  Database database(raw);
  if (opened != SQLITE_OK) return failed(raw);
  if (sqlite3_exec(raw, kSchema, nullptr, nullptr, nullptr) != SQLITE_OK) return failed(raw);
  return std::unique_ptr<MailTable>(new MailTable(std::move(database)));
}

Result<void> MailTable::run(const char* sql, std::initializer_list<Value> values) {
  sqlite3_stmt* raw = nullptr;
  const int prepared = sqlite3_prepare_v2(database_.get(), sql, -1, &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(raw, &sqlite3_finalize);
  if (prepared != SQLITE_OK) return failed(database_.get());
  int at = 0;
  for (const Value& value : values) std::visit(Bind{raw, ++at}, value);
  if (sqlite3_step(raw) != SQLITE_DONE) return failed(database_.get());
  return success();
}

// Everything from here to flush() belongs to one batch. What an abandoned batch left behind is taken back.
Result<SinkCoupling> MailTable::attach(UnitOfWork& /*work*/) {
  if (sqlite3_get_autocommit(database_.get()) == 0) {
    MAPISYNC_TRYV(run("ROLLBACK"));
  }
  MAPISYNC_TRYV(run("BEGIN IMMEDIATE"));
  return SinkCoupling::separate;
}

Result<void> MailTable::flush() {
  if (sqlite3_get_autocommit(database_.get()) != 0) return success();
  return run("COMMIT");
}

Result<SinkAnswer> MailTable::upsert(const SinkContext& context, const DeliveredMessage& message) {
  const PropertyList& properties = message.content.properties;
  MAPISYNC_TRYV(run("REPLACE INTO mail(folder, source_key, bytes, read, subject, body) VALUES(?, ?, ?, ?, ?, ?)",
                    {number_of(context.folder), message.header.source_key, static_cast<std::int64_t>(message.bytes),
                     std::int64_t{message.read}, text_or_empty(properties, pr::kSubject),
                     text_or_empty(properties, pr::kBody, 1U << 20U)}));
  return SinkAnswer{};
}

Result<void> MailTable::mark_deleted(const SinkContext& context, const SourceKey& key, DeletionKind /*kind*/) {
  return run("UPDATE mail SET deleted = 1 WHERE folder = ? AND source_key = ?", {number_of(context.folder), key});
}

Result<void> MailTable::set_read(const SinkContext& context, const SourceKey& key, bool read) {
  return run("UPDATE mail SET read = ? WHERE folder = ? AND source_key = ?",
             {std::int64_t{read}, number_of(context.folder), key});
}

Result<void> MailTable::set_stale(const SinkContext& context, const SourceKey& key, bool stale) {
  return run("UPDATE mail SET stale = ? WHERE folder = ? AND source_key = ?",
             {std::int64_t{stale}, number_of(context.folder), key});
}

Result<void> MailTable::rename_message(const SinkContext& context, const SourceKey& from, const MessageName& now) {
  return run("UPDATE OR REPLACE mail SET source_key = ? WHERE folder = ? AND source_key = ?",
             {now.key, number_of(context.folder), from});
}

Result<void> MailTable::folder_changed(const SinkContext& context, const FolderInfo& info) {
  return run("REPLACE INTO folder(id, name) VALUES(?, ?)", {number_of(context.folder), info.name});
}

Result<void> MailTable::folder_deleted(const SinkContext& context) {
  return run("UPDATE mail SET deleted = 1 WHERE folder = ?", {number_of(context.folder)});
}
