#include "bench/bare_mirror.h"

#include <optional>
#include <string_view>
#include <type_traits>

#include <sqlite3.h>

#include "bench/world.h"
#include "engine/model/ledger.h"

namespace mapisync::bench {

namespace {

constexpr std::int64_t kFolder = 1;
constexpr std::int64_t kOnlyRun = 1;

struct Blob {
  std::string_view bytes;
};

void bind(sqlite3_stmt* statement, int index, std::int64_t value) { sqlite3_bind_int64(statement, index, value); }
void bind(sqlite3_stmt* statement, int index, Blob value) {
  sqlite3_bind_blob64(statement, index, value.bytes.data(), value.bytes.size(), SQLITE_STATIC);
}
void bind(sqlite3_stmt* statement, int index, const std::string& value) {
  sqlite3_bind_text64(statement, index, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
}
void bind(sqlite3_stmt* statement, int index, Timestamp value) {
  bind(statement, index, value.time_since_epoch().count());
}
template <class T>
void bind(sqlite3_stmt* statement, int index, const std::optional<T>& value) {
  if (!value) {
    sqlite3_bind_null(statement, index);
  } else if constexpr (std::is_integral_v<T>) {
    bind(statement, index, static_cast<std::int64_t>(*value));
  } else {
    bind(statement, index, *value);
  }
}

template <class... Values>
void bind_all(sqlite3_stmt* statement, const Values&... values) {
  int index = 0;
  (bind(statement, ++index, values), ...);
}

std::int64_t number(bool value) { return value ? 1 : 0; }

}  // namespace

std::vector<BareRows> encode_all(const std::vector<DeliveredMessage>& messages) {
  std::vector<BareRows> rows;
  rows.reserve(messages.size());
  for (const DeliveredMessage& message : messages) {
    rows.push_back(
        {&message, sure(sqlite::encode_message(message.content, {MirrorSink::kInlineMax, MirrorSink::kDepthMax,
                                                                 MirrorSink::kPropertyBytesMax}))});
    if (!rows.back().encoded.contents.empty()) give_up("the bare mirror writes no large values");
  }
  return rows;
}

void BareMirror::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
void BareMirror::Close::operator()(sqlite3* connection) const noexcept { sqlite3_close(connection); }

BareMirror::BareMirror(const std::string& path, bool ledger) : with_ledger_(ledger) {
  must(sure(SqliteStore::open(path))->close());
  sqlite3* connection = nullptr;
  if (sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
    give_up("cannot open " + path);
  }
  connection_.reset(connection);
  // As store/sqlite/sqlite_store_open.cpp sets them.
  execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;"
      "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA cache_size = -16000");
  execute("INSERT INTO folders VALUES (1, 'inbox', '', 'Inbox', '', 1, 1, '', 0, NULL, 0)");
  message_ = prepare(
      "INSERT INTO messages (folder_id, source_key, change_key, search_key, message_ref, predecessor_change_list, "
      "associated, read, stale, completeness, subject, sender_name, sender_address, recipients_display, message_class, "
      "internet_message_id, sent_at, received_at, modified_at, size, bytes, has_attachments, first_run_id, "
      "last_run_id, "
      "revision, properties) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, "
      "?18, ?19, ?20, ?21, ?22, ?22, 1, ?23)");
  recipient_ = prepare("INSERT INTO recipients VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  ledger_ = prepare("INSERT INTO ledger VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12, ?13, ?14, ?15)");
}

BareMirror::~BareMirror() = default;

void BareMirror::execute(const char* sql) {
  if (sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    give_up(sqlite3_errmsg(connection_.get()));
  }
}

BareMirror::Prepared BareMirror::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    give_up(sqlite3_errmsg(connection_.get()));
  }
  return Prepared(statement);
}

void BareMirror::step(const Prepared& statement) {
  if (sqlite3_step(statement.get()) != SQLITE_DONE) give_up(sqlite3_errmsg(connection_.get()));
  sqlite3_reset(statement.get());
}

void BareMirror::write(const BareRows* rows, std::size_t count) {
  execute("BEGIN IMMEDIATE");
  for (std::size_t i = 0; i < count; ++i) {
    write_message(rows[i]);
    if (with_ledger_) write_ledger(rows[i]);
  }
  execute("COMMIT");
}

void BareMirror::write_message(const BareRows& rows) {
  const DeliveredMessage& message = *rows.message;
  const MessageHeader& header = message.header;
  const sqlite::MessageSummary& summary = rows.encoded.summary;
  bind_all(message_.get(), kFolder, Blob{header.source_key.bytes()}, Blob{header.change_key.bytes()},
           Blob{message.search_key.bytes()}, Blob{header.ref.bytes()}, Blob{header.predecessor_change_list},
           number(header.associated), number(message.read), static_cast<std::int64_t>(message.completeness),
           summary.subject, summary.sender_name, summary.sender_address, summary.recipients, summary.message_class,
           summary.internet_message_id, summary.sent, summary.received, header.last_modified, header.size,
           static_cast<std::int64_t>(message.bytes), number(summary.has_attachments), kOnlyRun,
           Blob{rows.encoded.properties});
  step(message_);
  write_recipients(rows, sqlite3_last_insert_rowid(connection_.get()));
}

void BareMirror::write_recipients(const BareRows& rows, std::int64_t message) {
  for (const sqlite::EncodedRecipient& recipient : rows.encoded.recipients) {
    bind_all(recipient_.get(), message, recipient.owner, recipient.position, recipient.summary.kind,
             recipient.summary.name, recipient.summary.address, Blob{recipient.properties});
    step(recipient_);
  }
}

void BareMirror::write_ledger(const BareRows& rows) {
  const DeliveredMessage& message = *rows.message;
  const MessageHeader& header = message.header;
  const sqlite::MessageSummary& summary = rows.encoded.summary;
  bind_all(ledger_.get(), kFolder, Blob{header.source_key.bytes()}, Blob{header.change_key.bytes()},
           Blob{message.search_key.bytes()}, Blob{header.ref.bytes()}, number(message.read), number(header.associated),
           static_cast<std::int64_t>(header.size.value_or(message.bytes)),
           static_cast<std::int64_t>(message.completeness), static_cast<std::int64_t>(Coverage::covered), kOnlyRun,
           ++deliveries_, summary.internet_message_id, summary.received, header.last_modified);
  step(ledger_);
}

}  // namespace mapisync::bench
