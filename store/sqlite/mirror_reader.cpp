#include "store/sqlite/mirror_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "store/sqlite/content_store.h"
#include "store/sqlite/property_codec.h"
#include "store/sqlite/row_io.h"
#include "store/sqlite/sqlite_failure.h"

namespace mapisync {

using sqlite::blob;
using sqlite::Statement;

namespace {

#define MAPISYNC_MIRROR_COLUMNS                                                                                   \
  "folder_id, source_key, change_key, search_key, subject, sender_name, sender_address, recipients_display, "     \
  "message_class, internet_message_id, sent_at, received_at, modified_at, coalesce(size, bytes), read, "          \
  "associated, stale, has_attachments, purged_at IS NOT NULL, completeness, deleted_at, deletion, first_run_id, " \
  "last_run_id"

std::optional<std::string> optional_string(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.string(column);
}

MirrorMessage read_message(const Statement& row) {
  MirrorMessage message;
  message.folder = row.as<FolderId>(0);
  message.key = row.key<SourceKey>(1);
  message.change_key = row.key<ChangeKey>(2);
  message.search_key = row.key<SearchKey>(3);
  message.subject = optional_string(row, 4);
  message.sender_name = optional_string(row, 5);
  message.sender_address = optional_string(row, 6);
  message.recipients = optional_string(row, 7);
  message.message_class = optional_string(row, 8);
  message.internet_message_id = optional_string(row, 9);
  message.sent = row.optional_time(10);
  message.received = row.optional_time(11);
  message.modified = row.time(12);
  message.size = row.size(13);
  message.read = row.boolean(14);
  message.associated = row.boolean(15);
  message.stale = row.boolean(16);
  message.has_attachments = row.boolean(17);
  message.purged = row.boolean(18);
  message.completeness = row.as<Completeness>(19);
  message.deleted_at = row.optional_time(20);
  if (!row.is_null(21)) message.deletion = row.as<DeletionKind>(21);
  message.first_run = row.as<RunId>(22);
  message.last_run = row.as<RunId>(23);
  return message;
}

MirrorVersion read_version(const Statement& row) {
  return {row.key<SourceKey>(0), row.key<ChangeKey>(1), row.boolean(2),
          row.boolean(3),        row.boolean(4),        row.as<Completeness>(5)};
}

MirrorFolder read_mirror_folder(const Statement& row) {
  return {sqlite::read_folder(row), row.string(11), row.size(12)};
}

}  // namespace

struct MirrorReader::Snapshot::State {
  std::shared_ptr<sqlite::Database> database;
  sqlite::Transaction transaction;
};

MirrorReader::Snapshot::Snapshot(std::unique_ptr<State> state) : state_(std::move(state)) {}
MirrorReader::Snapshot::Snapshot(Snapshot&&) noexcept = default;
MirrorReader::Snapshot::~Snapshot() = default;

Result<MirrorReader::Snapshot> MirrorReader::snapshot() {
  const auto& database = store_.database();
  if (database->in_transaction()) {
    return sqlite::store_failure(Errc::internal, store_.path(), "a snapshot within a transaction");
  }
  MAPISYNC_TRY(transaction, sqlite::Transaction::begin(*database, sqlite::Transaction::Kind::read));
  auto state = std::make_unique<Snapshot::State>(Snapshot::State{database, std::move(transaction)});
  return Snapshot(std::move(state));
}

Result<std::vector<MirrorFolder>> MirrorReader::folders() {
  MAPISYNC_TRY(rows,
               store_.database()->query(
                   "SELECT " MAPISYNC_FOLDER_COLUMNS ", coalesce(path, name), "
                   "(SELECT count(*) FROM messages m WHERE m.folder_id = f.id) - (SELECT count(*) FROM messages m "
                   "WHERE m.folder_id = f.id AND m.deleted_at IS NOT NULL) "
                   "FROM folders f LEFT JOIN v_folder_paths p ON p.folder_id = f.id ORDER BY f.id"));
  return sqlite::read_all(rows, &read_mirror_folder);
}

Result<std::vector<MirrorMessage>> MirrorReader::messages(FolderId folder, const SourceKey& after, std::size_t limit,
                                                          MirrorScope scope) {
  MAPISYNC_TRY(rows, store_.database()->query("SELECT " MAPISYNC_MIRROR_COLUMNS
                                              " FROM messages WHERE folder_id = ?1 AND source_key > ?2 "
                                              "AND (?4 OR deleted_at IS NULL) ORDER BY source_key LIMIT ?3",
                                              folder, blob(after), sqlite::limit_of(limit), scope == MirrorScope::all));
  return sqlite::read_all(rows, &read_message);
}

Result<std::optional<MirrorMessage>> MirrorReader::message(FolderId folder, const SourceKey& key) {
  MAPISYNC_TRY(row, store_.database()->query("SELECT " MAPISYNC_MIRROR_COLUMNS
                                             " FROM messages WHERE folder_id = ?1 AND source_key = ?2",
                                             folder, blob(key)));
  MAPISYNC_TRY(found, row.step());
  if (!found) return std::optional<MirrorMessage>{};
  return std::optional<MirrorMessage>(read_message(row));
}

Result<std::vector<MirrorVersion>> MirrorReader::versions(FolderId folder, const SourceKey& after, std::size_t limit) {
  MAPISYNC_TRY(rows, store_.database()->query("SELECT source_key, change_key, read, associated, stale, completeness "
                                              "FROM messages WHERE folder_id = ?1 AND source_key > ?2 "
                                              "AND deleted_at IS NULL ORDER BY source_key LIMIT ?3",
                                              folder, blob(after), sqlite::limit_of(limit)));
  return sqlite::read_all(rows, &read_version);
}

Result<std::uint64_t> MirrorReader::live_count(FolderId folder) {
  MAPISYNC_TRY(row, store_.database()->query("SELECT (SELECT count(*) FROM messages WHERE folder_id = ?1) - "
                                             "(SELECT count(*) FROM messages WHERE folder_id = ?1 "
                                             "AND deleted_at IS NOT NULL)",
                                             folder));
  MAPISYNC_TRYV(row.step());
  return row.size(0);
}

Result<std::optional<DeliveredMessage>> MirrorReader::load(FolderId folder, const SourceKey& key) {
  MAPISYNC_TRY(row, store_.database()->query(
                        "SELECT id, source_key, change_key, predecessor_change_list, modified_at, associated, "
                        "message_ref, size, bytes, read, search_key, completeness, properties FROM messages "
                        "WHERE folder_id = ?1 AND source_key = ?2 AND properties IS NOT NULL",
                        folder, blob(key)));
  MAPISYNC_TRY(found, row.step());
  if (!found) return std::optional<DeliveredMessage>{};
  DeliveredMessage message;
  message.header.source_key = row.key<SourceKey>(1);
  message.header.change_key = row.key<ChangeKey>(2);
  message.header.predecessor_change_list = row.bytes(3);
  message.header.last_modified = row.time(4);
  message.header.associated = row.boolean(5);
  message.header.ref = row.key<MessageRef>(6);
  if (!row.is_null(7)) message.header.size = row.size(7);
  message.bytes = row.size(8);
  message.read = row.boolean(9);
  message.search_key = row.key<SearchKey>(10);
  message.completeness = row.as<Completeness>(11);
  // The row stays under the statement while its parts are read: all of one commit.
  MAPISYNC_TRY(content, load_content(row.integer(0), row.bytes(12)));
  message.content = std::move(content);
  return std::optional<DeliveredMessage>(std::move(message));
}

Result<MessageContent> MirrorReader::load_content(std::int64_t message, BytesView properties) {
  MessageContent content;
  MAPISYNC_TRY(own, decode(properties));
  content.properties = std::move(own);
  std::vector<MessageContent*> owners{&content};  // by number: the message that recipients and attachments belong to
  MAPISYNC_TRYV(load_attachments(message, owners));
  MAPISYNC_TRYV(load_recipients(message, owners));
  return content;
}

Result<void> MirrorReader::load_attachments(std::int64_t message, std::vector<MessageContent*>& owners) {
  MAPISYNC_TRY(rows, store_.database()->query("SELECT number, owner, properties, embedded_properties FROM attachments "
                                              "WHERE message_id = ?1 ORDER BY number",
                                              message));
  for (;;) {
    MAPISYNC_TRY(more, rows.step());
    if (!more) return success();
    // Numbered from 1, depth first: an owner comes before what it owns, and positions ascend within it.
    MessageContent* owner = rows.size(1) < owners.size() ? owners[rows.size(1)] : nullptr;
    if (owner == nullptr || rows.size(0) != owners.size()) return corrupt("attachments are out of order");
    Attachment attachment;
    MAPISYNC_TRY(list, decode(rows.bytes(2)));
    attachment.properties = std::move(list);
    if (!rows.is_null(3)) {
      MAPISYNC_TRY(embedded, decode(rows.bytes(3)));
      attachment.embedded = std::make_unique<MessageContent>();
      attachment.embedded->properties = std::move(embedded);
    }
    owners.push_back(attachment.embedded.get());
    owner->attachments.push_back(std::move(attachment));
  }
}

Result<void> MirrorReader::load_recipients(std::int64_t message, const std::vector<MessageContent*>& owners) {
  MAPISYNC_TRY(rows, store_.database()->query("SELECT owner, properties FROM recipients WHERE message_id = ?1 "
                                              "ORDER BY owner, position",
                                              message));
  for (;;) {
    MAPISYNC_TRY(more, rows.step());
    if (!more) return success();
    MessageContent* owner = rows.size(0) < owners.size() ? owners[rows.size(0)] : nullptr;
    if (owner == nullptr) return corrupt("a recipient without a message");
    MAPISYNC_TRY(list, decode(rows.bytes(1)));
    owner->recipients.push_back(Recipient{std::move(list)});
  }
}

Result<PropertyList> MirrorReader::decode(BytesView bytes) const {
  const auto& database = store_.database();
  Result<PropertyList> decoded =
      decode_properties(bytes, [&](const ContentReference& reference) -> Result<std::shared_ptr<const BlobSource>> {
        return sqlite::stored_content(database, reference);
      });
  if (decoded) return decoded;
  return corrupt(decoded.error().to_string());
}

Failure MirrorReader::corrupt(const std::string& what) const {
  return sqlite::store_failure(Errc::store_corrupt, store_.path(), what);
}

}  // namespace mapisync
