#include "providers/fake/mailbox_image.h"

#include <algorithm>

#include "providers/fake/mailbox_impl.h"

namespace mapisync::fake {
namespace {

constexpr std::size_t kKeptMessagesMax = 500;
constexpr std::size_t kKeptContentMax = 16U << 10U;
constexpr std::size_t kLevelsMax = 256;

}  // namespace

MailboxImage::MailboxImage(Database& database) : database_(database) { database_.watch(this); }
MailboxImage::~MailboxImage() { database_.watch(nullptr); }

void MailboxImage::row_changed(std::string_view table, std::int64_t row) {
  if (table == "box") box_stale_ = true;
  if (table == "folder") folders_stale_ = true;
  if (table == "message") stale_messages_.insert(row);
  if (table == "content") contents_.erase(row);
}

void MailboxImage::all_changed() {
  all_stale_ = true;
  too_large_ = false;
}

Result<bool> MailboxImage::refresh() {
  if (too_large_) return false;
  if (all_stale_) {
    MAPISYNC_TRYV(read_all());
  }
  if (box_stale_) {
    MAPISYNC_TRYV(read_box());
  }
  if (folders_stale_) {
    MAPISYNC_TRYV(read_folders());
  }
  while (!stale_messages_.empty()) {
    MAPISYNC_TRYV(read_message(*stale_messages_.begin()));
    stale_messages_.erase(stale_messages_.begin());
  }
  too_large_ = messages_.size() > kKeptMessagesMax;
  return !too_large_;
}

Result<void> MailboxImage::read_all() {
  messages_.clear();
  by_mid_.clear();
  by_key_.clear();
  by_folder_.clear();
  by_name_.clear();
  contents_.clear();
  stale_messages_.clear();
  box_stale_ = folders_stale_ = true;
  Query query = database_.query("SELECT " MAPISYNC_FAKE_MESSAGE_COLUMNS " FROM message LIMIT ?");
  query.number(kKeptMessagesMax + 1);
  for (;;) {
    MAPISYNC_TRY(row, query.step());
    if (!row) break;
    put(fake::read_message(query));
  }
  all_stale_ = false;
  return success();
}

Result<void> MailboxImage::read_box() {
  Query query = database_.query(
      "SELECT mailbox_guid, mapping_signature, display_name, replica_guid, seed, last_number, generation, state_age, "
      "public_folders FROM box");
  MAPISYNC_TRY(row, query.step());
  if (!row) return database_.failure("identity");
  box_.identity = MailboxIdentity{query.get_blob(0), query.get_blob(1), query.get_blob(2)};
  box_.replica_guid = query.get_blob(3);
  box_.seed = query.get_number(4);
  box_.last_number = query.get_number(5);
  box_.generation = query.get_number(6);
  box_.state_age = query.get_number(7);
  box_.is_public = query.get_bool(8);
  box_stale_ = false;
  return success();
}

Result<void> MailboxImage::read_folders() {
  folders_.clear();
  Query query = database_.query("SELECT " MAPISYNC_FAKE_FOLDER_COLUMNS " FROM folder");
  for (;;) {
    MAPISYNC_TRY(row, query.step());
    if (!row) break;
    FolderRecord folder = read_folder(query);
    folders_.emplace(folder.id, std::move(folder));
  }
  folders_stale_ = false;
  return success();
}

Result<void> MailboxImage::read_message(std::int64_t id) {
  forget(id);
  Query query = database_.query("SELECT " MAPISYNC_FAKE_MESSAGE_COLUMNS " FROM message WHERE id = ?");
  MAPISYNC_TRY(row, query.integer(id).step());
  if (row) put(fake::read_message(query));
  return success();
}

void MailboxImage::put(MessageRecord record) {
  const std::int64_t id = raw(record.id);
  const MessageRecord& kept = messages_[id] = std::move(record);
  by_mid_[kept.mid] = id;
  by_key_[{kept.folder, kept.source_key}] = id;
  by_folder_[{kept.folder, kept.mid}] = &kept;
  if (!kept.name.empty()) by_name_[kept.name] = id;
}

// Two messages may have swapped a key since: what belongs to another one by now stays.
void MailboxImage::forget(std::int64_t id) {
  contents_.erase(id);
  const auto found = messages_.find(id);
  if (found == messages_.end()) return;
  const MessageRecord& old = found->second;
  const auto drop = [](auto& index, const auto& key, const auto& mine) {
    const auto at = index.find(key);
    if (at != index.end() && at->second == mine) index.erase(at);
  };
  drop(by_mid_, old.mid, id);
  drop(by_key_, std::pair(old.folder, old.source_key), id);
  drop(by_folder_, std::pair(old.folder, old.mid), &old);
  drop(by_name_, old.name, id);
  messages_.erase(found);
}

const FolderRecord* MailboxImage::folder(FakeFolderId id) const {
  const auto found = folders_.find(id);
  return found == folders_.end() ? nullptr : &found->second;
}

const FolderRecord* MailboxImage::folder_by_key(const FolderKey& key) const {
  for (const auto& [id, folder] : folders_) {
    if (folder.info.key == key) return &folder;
  }
  return nullptr;
}

const FolderRecord* MailboxImage::living_child(FakeFolderId parent, std::string_view name) const {
  for (const auto& [id, folder] : folders_) {
    if (folder.parent == parent && !folder.deleted && folder.info.name == name) return &folder;
  }
  return nullptr;
}

std::vector<FolderRecord> MailboxImage::descendants(FakeFolderId root, bool with_deleted) const {
  std::vector<FolderRecord> out;
  std::set<FakeFolderId> level{root};
  for (std::size_t depth = 0; depth < kLevelsMax && !level.empty(); ++depth) {
    std::set<FakeFolderId> below;
    for (const auto& [id, folder] : folders_) {
      if (!level.contains(folder.parent) || (folder.deleted && !with_deleted)) continue;
      below.insert(id);
      out.push_back(folder);
    }
    level = std::move(below);
  }
  return out;
}

const MessageRecord* MailboxImage::message(FakeMessageId id) const {
  const auto found = messages_.find(raw(id));
  return found == messages_.end() ? nullptr : &found->second;
}

const MessageRecord* MailboxImage::message_by_mid(std::uint64_t mid) const {
  const auto found = by_mid_.find(mid);
  return found == by_mid_.end() ? nullptr : message(FakeMessageId(found->second));
}

const MessageRecord* MailboxImage::message_by_key(FakeFolderId folder, const SourceKey& key) const {
  const auto found = by_key_.find({folder, key});
  return found == by_key_.end() ? nullptr : message(FakeMessageId(found->second));
}

const MessageRecord* MailboxImage::message_by_name(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : message(FakeMessageId(found->second));
}

std::vector<FakeMailbox::Version> MailboxImage::versions(FakeFolderId folder) const {
  std::vector<FakeMailbox::Version> out;
  for (auto it = by_folder_.lower_bound({folder, 0}); it != by_folder_.end() && it->first.first == folder; ++it) {
    const MessageRecord& m = *it->second;
    out.push_back({m.id, m.mid, m.change_number, m.read_change_number, m.size, m.delivered, m.associated, m.read,
                   m.in_scope, m.damage.has_value()});
  }
  return out;
}

std::uint64_t MailboxImage::row_count(FakeFolderId folder, bool associated) const {
  std::uint64_t count = 0;
  for (auto it = by_folder_.lower_bound({folder, 0}); it != by_folder_.end() && it->first.first == folder; ++it) {
    if (it->second->in_scope && it->second->associated == associated) ++count;
  }
  return count;
}

std::vector<MessageRecord> MailboxImage::page(FakeFolderId folder, bool associated, FakeMailbox::SortBy sort,
                                              const MessageRecord* after, std::uint64_t skip, std::size_t max) const {
  const auto place = [&](const MessageRecord& m) {
    return std::pair(sort == FakeMailbox::SortBy::delivered ? m.delivered : m.committed, m.mid);
  };
  std::vector<const MessageRecord*> rows;
  for (auto it = by_folder_.lower_bound({folder, 0}); it != by_folder_.end() && it->first.first == folder; ++it) {
    const MessageRecord& m = *it->second;
    if (!m.in_scope || m.associated != associated) continue;
    if (after == nullptr || place(m) < place(*after)) rows.push_back(&m);
  }
  std::sort(rows.begin(), rows.end(),
            [&](const MessageRecord* a, const MessageRecord* b) { return place(*a) > place(*b); });
  std::vector<MessageRecord> out;
  for (std::size_t i = skip; i < rows.size() && out.size() < max; ++i) out.push_back(*rows[i]);
  return out;
}

const StoredContent* MailboxImage::content(FakeMessageId id) const {
  const auto found = contents_.find(raw(id));
  return found == contents_.end() ? nullptr : &found->second;
}

void MailboxImage::keep_content(FakeMessageId id, const StoredContent& content) {
  if (content.bytes.size() <= kKeptContentMax) contents_[raw(id)] = content;
}

}  // namespace mapisync::fake
