#include "tests/mapihttp/client/mirror_rows.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>

namespace mapisync::mapihttp::test {
namespace {

// What is long is hashed by its length and its digest only in appearance: quote() keeps every byte.
constexpr const char* kQueries[] = {
    "SELECT 'folder', quote(folder_key), quote(parent_key), name, container_class, role, kind, quote(change_key), "
    "is_root, deleted_at IS NULL, deletion_held FROM folders",
    "SELECT 'ledger', quote(f.folder_key), quote(l.source_key), quote(l.change_key), quote(l.search_key), l.read, "
    "l.associated, l.size, l.completeness, l.held, l.internet_message_id, l.delivered_at, l.modified_at "
    "FROM ledger l JOIN folders f ON f.id = l.folder_id",
    "SELECT 'message', quote(f.folder_key), quote(m.source_key), quote(m.change_key), quote(m.search_key), "
    "quote(m.predecessor_change_list), m.associated, m.read, m.stale, m.completeness, m.subject, m.sender_name, "
    "m.sender_address, m.recipients_display, m.message_class, m.internet_message_id, m.sent_at, m.received_at, "
    "m.modified_at, m.size, m.bytes, m.has_attachments, m.deleted_at IS NULL, m.deletion, quote(m.properties) "
    "FROM messages m JOIN folders f ON f.id = m.folder_id",
    "SELECT 'recipient', quote(m.source_key), r.owner, r.position, r.kind, r.name, r.address, quote(r.properties) "
    "FROM recipients r JOIN messages m ON m.id = r.message_id",
    "SELECT 'attachment', quote(m.source_key), a.number, a.owner, a.position, a.filename, a.mime_type, a.method, "
    "a.size, "
    "quote(a.sha256), a.embedded_subject, quote(a.properties), quote(a.embedded_properties) "
    "FROM attachments a JOIN messages m ON m.id = a.message_id",
    "SELECT 'content', quote(sha256), size FROM contents",
    "SELECT 'unsettled', quote(f.folder_key), quote(u.source_key), u.class, quote(u.change_key), u.associated, u.read, "
    "u.subject, u.sender, u.recipients, u.message_class, u.internet_message_id, u.delivered_at, u.sent_at, u.kind "
    "FROM unsettled u JOIN folders f ON f.id = u.folder_id",
};

}  // namespace

std::vector<std::string> mirror_rows(const std::string& file) {
  std::vector<std::string> rows;
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK) << file;
  for (const char* query : kQueries) {
    sqlite3_stmt* statement = nullptr;
    const int prepared = sqlite3_prepare_v2(database, query, -1, &statement, nullptr);
    EXPECT_EQ(prepared, SQLITE_OK) << sqlite3_errmsg(database);
    while (prepared == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
      std::string row;
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        const auto* text = sqlite3_column_text(statement, i);
        row += text == nullptr ? "NULL" : reinterpret_cast<const char*>(text);
        row += '|';
      }
      rows.push_back(std::move(row));
    }
    sqlite3_finalize(statement);
  }
  sqlite3_close(database);
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace mapisync::mapihttp::test
