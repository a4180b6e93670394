// The rows of a small mailbox in memory as records: tests look at them a thousand times for each time that one changes.
// The database says which rows have changed, and only those are read again. One thread; belongs to one FakeMailbox.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "providers/fake/fake_mailbox.h"
#include "providers/fake/sqlite.h"

namespace mapisync::fake {

/// The one row of table `box`.
struct BoxRecord {
  MailboxIdentity identity;
  Bytes replica_guid;
  std::uint64_t seed{0}, last_number{0}, generation{0}, state_age{0};
  bool is_public{false};
};

class MailboxImage final : private RowWatcher {
 public:
  /// Borrows `database`, which must be in memory: of changes by other processes nothing is told here.
  explicit MailboxImage(Database& database);
  ~MailboxImage();
  MailboxImage(const MailboxImage&) = delete;
  MailboxImage& operator=(const MailboxImage&) = delete;

  /// Brings it up to date. False: the mailbox is too large to be kept here; ask the database.
  Result<bool> refresh();

  // What follows is right from a refresh() that said true to the next change. Pointers live as long.
  const BoxRecord& box() const noexcept { return box_; }
  const FolderRecord* folder(FakeFolderId id) const;
  const FolderRecord* folder_by_key(const FolderKey& key) const;
  const FolderRecord* living_child(FakeFolderId parent, std::string_view name) const;
  std::vector<FolderRecord> descendants(FakeFolderId root, bool with_deleted) const;

  const MessageRecord* message(FakeMessageId id) const;
  const MessageRecord* message_by_mid(std::uint64_t mid) const;
  const MessageRecord* message_by_key(FakeFolderId folder, const SourceKey& key) const;
  const MessageRecord* message_by_name(std::string_view name) const;
  std::vector<FakeMailbox::Version> versions(FakeFolderId folder) const;
  std::uint64_t row_count(FakeFolderId folder, bool associated) const;
  /// Newest first; `after`: only what comes after that one.
  std::vector<MessageRecord> page(FakeFolderId folder, bool associated, FakeMailbox::SortBy sort,
                                  const MessageRecord* after, std::uint64_t skip, std::size_t max) const;
  /// Null: not kept yet, or too long to be kept.
  const StoredContent* content(FakeMessageId id) const;
  void keep_content(FakeMessageId id, const StoredContent& content);

 private:
  using Messages = std::map<std::int64_t, MessageRecord>;

  void row_changed(std::string_view table, std::int64_t row) override;
  void all_changed() override;
  Result<void> read_all();
  Result<void> read_box();
  Result<void> read_folders();
  Result<void> read_message(std::int64_t id);
  void put(MessageRecord record);
  void forget(std::int64_t id);

  Database& database_;
  bool all_stale_{true}, box_stale_{true}, folders_stale_{true}, too_large_{false};
  std::set<std::int64_t> stale_messages_;
  BoxRecord box_;
  std::map<FakeFolderId, FolderRecord> folders_;
  Messages messages_;
  std::unordered_map<std::uint64_t, std::int64_t> by_mid_;
  std::map<std::pair<FakeFolderId, SourceKey>, std::int64_t> by_key_;
  std::map<std::pair<FakeFolderId, std::uint64_t>, const MessageRecord*> by_folder_;
  std::map<std::string, std::int64_t, std::less<>> by_name_;
  std::map<std::int64_t, StoredContent> contents_;
};

}  // namespace mapisync::fake
