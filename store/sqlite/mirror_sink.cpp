#include "store/sqlite/mirror_sink.h"

#include <utility>

#include "store/sqlite/content_store.h"
#include "store/sqlite/encoded_message.h"
#include "store/sqlite/sqlite_failure.h"
#include "store/sqlite/sqlite_unit_of_work.h"

namespace mapisync {

using sqlite::blob;
using sqlite::Database;
using sqlite::text;

namespace {

std::optional<sqlite::TextArgument> optional_text(const std::optional<std::string>& value) {
  if (!value) return std::nullopt;
  return text(*value);
}

std::optional<sqlite::BlobArgument> optional_blob(const std::optional<Bytes>& value) {
  if (!value) return std::nullopt;
  return blob(BytesView(*value));
}

struct MessageRow {
  std::int64_t id{0};
  std::int64_t revision{0};
};

/// The message's own row, new or replaced. A replaced row comes back to life.
Result<MessageRow> write_message(Database& database, const SinkContext& context, const DeliveredMessage& message,
                                 const sqlite::EncodedMessage& encoded) {
  const MessageHeader& header = message.header;
  const sqlite::MessageSummary& summary = encoded.summary;
  // RETURNING would tell the same, at the price of a temporary table for each message.
  database.forget_last_row_id();
  MAPISYNC_TRYV(database.run(
      "INSERT INTO messages (folder_id, source_key, change_key, search_key, message_ref, "
      "predecessor_change_list, associated, read, stale, completeness, subject, sender_name, "
      "sender_address, recipients_display, message_class, internet_message_id, sent_at, received_at, "
      "modified_at, size, bytes, has_attachments, first_run_id, last_run_id, revision, properties) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
      "?20, ?21, ?22, ?22, 1, ?23) ON CONFLICT (folder_id, source_key) DO UPDATE SET "
      "change_key = excluded.change_key, search_key = excluded.search_key, "
      "message_ref = excluded.message_ref, predecessor_change_list = excluded.predecessor_change_list, "
      "associated = excluded.associated, read = excluded.read, stale = 0, "
      "completeness = excluded.completeness, subject = excluded.subject, "
      "sender_name = excluded.sender_name, sender_address = excluded.sender_address, "
      "recipients_display = excluded.recipients_display, message_class = excluded.message_class, "
      "internet_message_id = excluded.internet_message_id, sent_at = excluded.sent_at, "
      "received_at = excluded.received_at, modified_at = excluded.modified_at, size = excluded.size, "
      "bytes = excluded.bytes, has_attachments = excluded.has_attachments, deleted_at = NULL, "
      "deletion = NULL, purged_at = NULL, last_run_id = excluded.last_run_id, revision = revision + 1, "
      "properties = excluded.properties",
      context.folder, blob(header.source_key), blob(header.change_key), blob(message.search_key), blob(header.ref),
      blob(BytesView(header.predecessor_change_list)), header.associated, message.read, message.completeness,
      optional_text(summary.subject), optional_text(summary.sender_name), optional_text(summary.sender_address),
      optional_text(summary.recipients), optional_text(summary.message_class),
      optional_text(summary.internet_message_id), summary.sent, summary.received, header.last_modified, header.size,
      message.bytes, summary.has_attachments, context.run, blob(BytesView(encoded.properties))));
  if (const std::int64_t inserted = database.last_row_id(); inserted != 0) return MessageRow{inserted, 1};
  MAPISYNC_TRY(row, database.query("SELECT id, revision FROM messages WHERE folder_id = ?1 AND source_key = ?2",
                                   context.folder, blob(header.source_key)));
  MAPISYNC_TRY(found, row.step());
  return found ? MessageRow{row.integer(0), row.integer(1)} : MessageRow{};
}

Result<void> write_parts(Database& database, std::int64_t message, const sqlite::EncodedMessage& encoded) {
  for (const sqlite::EncodedRecipient& recipient : encoded.recipients) {
    MAPISYNC_TRYV(database.run(
        "INSERT INTO recipients (message_id, owner, position, kind, name, address, properties) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        message, recipient.owner, recipient.position, recipient.summary.kind, optional_text(recipient.summary.name),
        optional_text(recipient.summary.address), blob(BytesView(recipient.properties))));
  }
  for (const sqlite::EncodedAttachment& attachment : encoded.attachments) {
    const sqlite::AttachmentSummary& summary = attachment.summary;
    MAPISYNC_TRYV(
        database.run("INSERT INTO attachments (message_id, number, owner, position, filename, mime_type, "
                     "method, size, sha256, embedded_subject, properties, embedded_properties) "
                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                     message, attachment.number, attachment.owner, attachment.position, optional_text(summary.filename),
                     optional_text(summary.mime_type), summary.method, summary.size, optional_blob(attachment.sha256),
                     optional_text(summary.embedded_subject), blob(BytesView(attachment.properties)),
                     optional_blob(attachment.embedded_properties)));
  }
  return success();
}

Result<std::optional<std::int64_t>> row_id(Database& database, FolderId folder, const SourceKey& key) {
  MAPISYNC_TRY(row,
               database.query("SELECT id FROM messages WHERE folder_id = ?1 AND source_key = ?2", folder, blob(key)));
  MAPISYNC_TRY(found, row.step());
  return found ? std::optional(row.integer(0)) : std::nullopt;
}

/// All rows of a message. What the version before needed and this one does not goes last, so that content that both
/// need is not written again.
Result<void> write_all(Database& database, const SinkContext& context, const DeliveredMessage& message,
                       const sqlite::EncodedMessage& encoded) {
  MAPISYNC_TRY(row, write_message(database, context, message, encoded));
  const bool replaced = row.revision > 1;
  if (replaced) {
    MAPISYNC_TRYV(database.run("DELETE FROM recipients WHERE message_id = ?1", row.id));
    MAPISYNC_TRYV(database.run("DELETE FROM attachments WHERE message_id = ?1", row.id));
  }
  MAPISYNC_TRYV(write_parts(database, row.id, encoded));
  for (const sqlite::EncodedContent& content : encoded.contents) {
    MAPISYNC_TRY(id, sqlite::put_content(database, content.reference, *content.source));
    MAPISYNC_TRYV(sqlite::use_content(database, row.id, id, row.revision));
  }
  if (!replaced) return success();
  return database.run("DELETE FROM content_uses WHERE message_id = ?1 AND revision <> ?2", row.id, row.revision);
}

}  // namespace

Result<SinkCoupling> MirrorSink::attach(UnitOfWork& unit) {
  attached_ = nullptr;
  auto* own = dynamic_cast<SqliteUnitOfWork*>(&unit);
  if (own == nullptr || own != store_.open_work()) {
    return sqlite::store_failure(Errc::internal, store_.path(), "the mirror belongs to the units of work of its store");
  }
  attached_ = own;
  return SinkCoupling::shared;
}

Result<SqliteUnitOfWork*> MirrorSink::work() {
  if (attached_ == nullptr || attached_ != store_.open_work()) {
    return sqlite::store_failure(Errc::internal, store_.path(), "a change to the mirror outside a unit of work");
  }
  return attached_;
}

Result<SinkAnswer> MirrorSink::upsert(const SinkContext& context, const DeliveredMessage& message) {
  MAPISYNC_TRY(open, work());
  return open->guarded([&]() -> Result<SinkAnswer> {
    if (message.header.source_key.empty()) {
      return sqlite::store_failure(Errc::internal, store_.path(), "a message without a source key");
    }
    MAPISYNC_TRY(encoded, sqlite::encode_message(message.content, {kInlineMax, kDepthMax, kPropertyBytesMax}));
    if (!encoded.refused.empty()) return SinkAnswer{SinkAnswer::Kind::rejected, encoded.refused};
    MAPISYNC_TRYV(write_all(*store_.database(), context, message, encoded));
    return SinkAnswer{};
  });
}

Result<void> MirrorSink::mark_deleted(const SinkContext& context, const SourceKey& key, DeletionKind kind) {
  MAPISYNC_TRY(open, work());
  return open->guarded([&] {
    return store_.database()->run(
        "UPDATE messages SET deleted_at = ?3, deletion = ?4 "
        "WHERE folder_id = ?1 AND source_key = ?2 AND deleted_at IS NULL",
        context.folder, blob(key), context.now, kind);
  });
}

Result<void> MirrorSink::set_read(const SinkContext& context, const SourceKey& key, bool read) {
  MAPISYNC_TRY(open, work());
  return open->guarded([&] {
    return store_.database()->run("UPDATE messages SET read = ?3 WHERE folder_id = ?1 AND source_key = ?2",
                                  context.folder, blob(key), read);
  });
}

Result<void> MirrorSink::set_stale(const SinkContext& context, const SourceKey& key, bool stale) {
  MAPISYNC_TRY(open, work());
  return open->guarded([&] {
    return store_.database()->run("UPDATE messages SET stale = ?3 WHERE folder_id = ?1 AND source_key = ?2",
                                  context.folder, blob(key), stale);
  });
}

Result<void> MirrorSink::rename_message(const SinkContext& context, const SourceKey& from, const MessageName& now) {
  MAPISYNC_TRY(open, work());
  return open->guarded([&]() -> Result<void> {
    Database& database = *store_.database();
    MAPISYNC_TRY(id, row_id(database, context.folder, from));
    if (!id) return success();
    if (from != now.key) {
      MAPISYNC_TRY(there, row_id(database, context.folder, now.key));
      // No server makes a key like this; the number makes it the only one.
      const SourceKey aside(now.key.bytes() + "/former" + std::to_string(there.value_or(0)));
      if (there) {
        MAPISYNC_TRYV(
            database.run("UPDATE messages SET source_key = ?2, deletion = coalesce(deletion, 1), "
                         "deleted_at = coalesce(deleted_at, ?3) WHERE id = ?1",
                         *there, blob(aside), context.now));
      }
    }
    return database.run("UPDATE messages SET source_key = ?2, change_key = ?3, message_ref = ?4 WHERE id = ?1", *id,
                        blob(now.key), blob(now.change_key), blob(now.ref));
  });
}

Result<void> MirrorSink::folder_changed(const SinkContext& context, const FolderInfo& info) {
  MAPISYNC_TRY(open, work());
  return open->guarded([&] {
    return store_.database()->run(
        "INSERT INTO folders (id, folder_key, parent_key, name, container_class, role, kind, change_key, is_root, "
        "deletion_held) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0) ON CONFLICT (id) DO UPDATE SET "
        "folder_key = excluded.folder_key, parent_key = excluded.parent_key, name = excluded.name, "
        "container_class = excluded.container_class, role = excluded.role, kind = excluded.kind, "
        "change_key = excluded.change_key, is_root = excluded.is_root, deleted_at = NULL",
        context.folder, blob(info.key), blob(info.parent), text(info.name), text(info.container_class), info.role,
        info.kind, blob(info.change_key), info.is_root);
  });
}

Result<void> MirrorSink::folder_deleted(const SinkContext& context) {
  MAPISYNC_TRY(open, work());
  return open->guarded([&]() -> Result<void> {
    MAPISYNC_TRYV(store_.database()->run("UPDATE folders SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL",
                                         context.folder, context.now));
    return store_.database()->run(
        "UPDATE messages SET deleted_at = ?2, deletion = 1 "
        "WHERE folder_id = ?1 AND deleted_at IS NULL",
        context.folder, context.now);
  });
}

}  // namespace mapisync
