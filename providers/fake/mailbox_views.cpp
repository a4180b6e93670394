// What can be seen of a FakeMailbox: records, contents, table pages, ground truth.
#include "providers/fake/content_codec.h"
#include "providers/fake/fake_mailbox.h"
#include "providers/fake/mailbox_impl.h"

namespace mapisync::fake {
namespace {

template <class Record>
std::optional<Record> copy_of(const Record* found) {
  return found == nullptr ? std::nullopt : std::optional<Record>(*found);
}

}  // namespace

Result<std::optional<MessageRecord>> FakeMailbox::message_by_mid(std::uint64_t mid) {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) return copy_of(image->message_by_mid(mid));
  Query query = impl_->db->query("SELECT " MAPISYNC_FAKE_MESSAGE_COLUMNS " FROM message WHERE mid = ?");
  MAPISYNC_TRY(row, query.number(mid).step());
  return row ? std::optional<MessageRecord>(read_message(query)) : std::nullopt;
}

Result<std::optional<MessageRecord>> FakeMailbox::message_by_key(FakeFolderId folder, const SourceKey& key) {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) return copy_of(image->message_by_key(folder, key));
  Query query =
      impl_->db->query("SELECT " MAPISYNC_FAKE_MESSAGE_COLUMNS " FROM message WHERE folder = ? AND source_key = ?");
  MAPISYNC_TRY(row, query.integer(raw(folder)).blob(key.bytes()).step());
  return row ? std::optional<MessageRecord>(read_message(query)) : std::nullopt;
}

Result<StoredContent> FakeMailbox::stored_content(FakeMessageId message) {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) {
    if (const StoredContent* kept = image->content(message)) return *kept;
  }
  Query query = impl_->db->query(
      "SELECT message.is_mime, content.body FROM message JOIN content ON content.message = message.id WHERE message.id "
      "= ?");
  MAPISYNC_TRY(row, query.integer(raw(message)).step());
  if (!row) return missing("no such message");
  StoredContent content{query.get_bool(0), query.get_blob(1)};
  if (image != nullptr) image->keep_content(message, content);
  return content;
}

Result<MessageContent> FakeMailbox::content(FakeMessageId message, ContentConverter* converter,
                                            const ConversionContext& context) {
  MAPISYNC_TRY(stored, stored_content(message));
  if (!stored.is_mime) return decode_content(stored.bytes);
  if (converter == nullptr) {
    return fail(Errc::unsupported, Scope::process, Retry::never, "the mailbox holds mail and no converter was given");
  }
  return converter->convert(stored.bytes, context);
}

Result<std::vector<FakeMailbox::Version>> FakeMailbox::versions(FakeFolderId folder) {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) return image->versions(folder);
  Query query = impl_->db->query(
      "SELECT id, mid, cn, read_cn, size, delivered, associated, is_read, in_scope, damage FROM message WHERE folder = "
      "? "
      "ORDER BY mid");
  query.integer(raw(folder));
  std::vector<Version> out;
  for (;;) {
    MAPISYNC_TRY(row, query.step());
    if (!row) return out;
    out.push_back(Version{FakeMessageId(query.get_integer(0)), query.get_number(1), query.get_number(2),
                          query.get_number(3), query.get_number(4), from_micros(query.get_integer(5)),
                          query.get_bool(6), query.get_bool(7), query.get_bool(8), query.get_bool(9)});
  }
}

Result<std::optional<SourceKey>> FakeMailbox::former_key(FakeFolderId folder, std::uint64_t mid) {
  Query query = impl_->db->query("SELECT source_key FROM former WHERE folder = ? AND mid = ?");
  MAPISYNC_TRY(row, query.integer(raw(folder)).number(mid).step());
  return row ? std::optional<SourceKey>(SourceKey(query.get_blob(0))) : std::nullopt;
}

Result<std::vector<MessageRecord>> FakeMailbox::page(FakeFolderId folder, bool associated, SortBy sort,
                                                     std::uint64_t skip, std::size_t max) {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) return image->page(folder, associated, sort, nullptr, skip, max);
  Query query =
      impl_->db->query(sort == SortBy::delivered ? "SELECT " MAPISYNC_FAKE_MESSAGE_COLUMNS
                                                   " FROM message WHERE folder = ? AND associated = ? AND in_scope = 1 "
                                                   "ORDER BY delivered DESC, mid DESC LIMIT ? OFFSET ?"
                                                 : "SELECT " MAPISYNC_FAKE_MESSAGE_COLUMNS
                                                   " FROM message WHERE folder = ? AND associated = ? AND in_scope = 1 "
                                                   "ORDER BY committed DESC, mid DESC LIMIT ? OFFSET ?");
  query.integer(raw(folder)).integer(associated ? 1 : 0).number(max).number(skip);
  std::vector<MessageRecord> out;
  for (;;) {
    MAPISYNC_TRY(row, query.step());
    if (!row) return out;
    out.push_back(read_message(query));
  }
}

Result<std::vector<MessageRecord>> FakeMailbox::page_after(FakeFolderId folder, bool associated, SortBy sort,
                                                           const MessageRecord& last, std::size_t max) {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) return image->page(folder, associated, sort, &last, 0, max);
  Query query = impl_->db->query(sort == SortBy::delivered
                                     ? "SELECT " MAPISYNC_FAKE_MESSAGE_COLUMNS
                                       " FROM message WHERE folder = ? AND associated = ? AND in_scope = 1 "
                                       "AND (delivered, mid) < (?, ?) ORDER BY delivered DESC, mid DESC LIMIT ?"
                                     : "SELECT " MAPISYNC_FAKE_MESSAGE_COLUMNS
                                       " FROM message WHERE folder = ? AND associated = ? AND in_scope = 1 "
                                       "AND (committed, mid) < (?, ?) ORDER BY committed DESC, mid DESC LIMIT ?");
  query.integer(raw(folder)).integer(associated ? 1 : 0);
  query.integer(micros(sort == SortBy::delivered ? last.delivered : last.committed)).number(last.mid).number(max);
  std::vector<MessageRecord> out;
  for (;;) {
    MAPISYNC_TRY(row, query.step());
    if (!row) return out;
    out.push_back(read_message(query));
  }
}

Result<std::uint64_t> FakeMailbox::row_count(FakeFolderId folder, bool associated) {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) return image->row_count(folder, associated);
  Query query = impl_->db->query("SELECT count(*) FROM message WHERE folder = ? AND associated = ? AND in_scope = 1");
  MAPISYNC_TRY(row, query.integer(raw(folder)).integer(associated ? 1 : 0).step());
  return row ? query.get_number(0) : 0;
}

namespace {

bool spoils_export(const std::optional<Damage>& damage) { return damage && damage->kind != DamageKind::none; }

}  // namespace

Result<std::vector<FolderTruth>> FakeMailbox::ground_truth(ContentConverter* converter,
                                                           const ConversionContext& context) {
  MAPISYNC_TRY(folders, descendants(kIpmSubtree));
  MAPISYNC_TRY(root, folder_record(kIpmSubtree));
  folders.insert(folders.begin(), root);
  std::vector<FolderTruth> out;
  for (const FolderRecord& folder : folders) {
    MAPISYNC_TRY(path, path_of(folder.id));
    FolderTruth truth{folder.id, folder.info.key, std::move(path), folder.info.kind, !folder.open_error, {}};
    MAPISYNC_TRY(all, versions(folder.id));
    for (const Version& version : all) {
      if (!version.in_scope) continue;
      MAPISYNC_TRY(m, message_record(version.id));
      MAPISYNC_TRY(stored, stored_content(version.id));
      bool exports = !spoils_export(m.damage);
      if (exports && stored.is_mime && converter != nullptr) {
        exports = converter->convert(stored.bytes, context).has_value();
      }
      truth.messages.push_back(MessageTruth{m.id, m.name, m.source_key, m.change_key, m.search_key, m.read,
                                            m.associated, m.size, digest64(stored.bytes), m.damage, exports});
    }
    out.push_back(std::move(truth));
  }
  return out;
}

}  // namespace mapisync::fake
