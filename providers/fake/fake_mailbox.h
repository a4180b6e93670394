// An Exchange mailbox in one SQLite file, or in memory: the world that the fake server shows, and the verbs that
// change it. Tests, scripts and the fake's own write port all use these verbs.
//
// One caller at a time per object; several processes may open one file (each verb is a transaction of its own, or
// part of a Batch). Nothing here reads a clock or a random device. A verb that fails has changed nothing.
// Paths have '/' between names and start below the IPM subtree; "" is the IPM subtree.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/folder.h"
#include "engine/model/message.h"
#include "engine/model/property.h"
#include "providers/fake/content_converter.h"
#include "providers/fake/mailbox_types.h"

namespace mapisync::fake {

class Database;

class FakeMailbox {
 public:
  /// A new mailbox with nothing but an IPM subtree. ":memory:" lives as long as the object. Fails with
  /// Errc::invalid_argument if the file exists (it is left alone), Errc::permission or io_error if it cannot be made.
  static Result<FakeMailbox> create(const std::string& path, const MailboxOptions& options = {});
  /// Errc::missing_file; Errc::not_a_mailbox for any other file or database (left untouched); Errc::store_too_new.
  /// A file that may not be written opens for reading; verbs then fail with Errc::store_read_only.
  static Result<FakeMailbox> open(const std::string& path);

  FakeMailbox(FakeMailbox&&) noexcept;
  FakeMailbox& operator=(FakeMailbox&&) noexcept;
  ~FakeMailbox();

  /// An equal mailbox in memory: the cheap way to try many continuations of one beginning.
  Result<FakeMailbox> clone() const;
  /// As create() makes it, but much faster: for tests that play many worlds one after the other. In memory only, and
  /// not in a batch (Errc::invalid_argument); after any failure the mailbox is as it was.
  Result<void> begin_anew(const MailboxOptions& options);
  void set_time_source(TimeSource source);

  /// Verbs between begin() and commit() become one transaction; destroyed uncommitted = undone. Not nestable.
  class Batch {
   public:
    Batch(Batch&&) noexcept;
    ~Batch();
    Result<void> commit();

   private:
    friend class FakeMailbox;
    explicit Batch(Database* database) : database_(database) {}
    Database* database_;
  };
  Result<Batch> begin();

  // --- Folders ---
  Result<FakeFolderId> folder(std::string_view path);  // Errc::not_found
  Result<FakeFolderId> add_folder(FakeFolderId parent,
                                  const FolderSpec& spec);  // a living sibling of that name: invalid_argument
  /// The folder at `path`, its missing ancestors made on the way.
  Result<FakeFolderId> ensure_folder(std::string_view path);
  /// Inbox, Sent Items, Drafts, Outbox, Deleted Items, Junk Email.
  Result<void> add_standard_folders();
  /// With all below it. The folder may be restored; handles stay valid.
  Result<void> delete_folder(FakeFolderId folder);
  /// Same key, same content, new version, with all that was deleted with it.
  Result<void> restore_folder(FakeFolderId folder);
  Result<void> rename_folder(FakeFolderId folder, const std::string& name);
  Result<void> move_folder(FakeFolderId folder, FakeFolderId new_parent);
  /// Opening it fails with `error`; nullopt = it opens again.
  Result<void> set_open_error(FakeFolderId folder, std::optional<Errc> error);

  // --- Messages ---
  Result<FakeMessageId> add_message(FakeFolderId folder, MessageSpec spec);
  /// Another message in the same folder, alike in all but its keys: search key, Message-ID, dates and content.
  Result<FakeMessageId> copy_message(FakeMessageId message, const std::string& name);
  Result<FakeMessageId> message(std::string_view name);  // Errc::not_found
  Result<void> modify_message(FakeMessageId message, Modification modification = {});
  Result<void> delete_message(FakeMessageId message);
  /// Leaves the scope of its folder and still exists: reported as a soft deletion, in no table.
  Result<void> soft_delete_message(FakeMessageId message);
  Result<void> return_to_scope(FakeMessageId message);  // with a new version
  /// New source key and version in `target`, same search key; a deletion in the old folder. The handle stays.
  Result<void> move_message(FakeMessageId message, FakeFolderId target);
  Result<void> mark_read(FakeMessageId message, bool read);
  Result<void> break_message(FakeMessageId message, const Damage& damage, NewVersion version = NewVersion::no);
  Result<void> heal_message(FakeMessageId message, NewVersion version = NewVersion::no);
  /// The table shows no change key for it.
  Result<void> set_change_key_missing(FakeMessageId message, bool missing);

  // --- The mailbox as a whole ---
  Result<MailboxIdentity> identity();
  Result<bool> is_public();
  /// The GUID of which native keys are made from now on.
  Result<Bytes> replica_guid();
  /// How often it went to another database; 0: there is no other GUID.
  Result<std::uint64_t> moves();
  struct DatabaseMove {
    bool new_mailbox_guid{false};  // a restored copy rather than a move
    bool new_source_keys{false};   // all folders and messages get new source keys; search keys stay
    bool new_versions{false};      // all messages get new change keys; content and modification times stay
  };
  /// To another database: new mapping signature, new replica GUID for all that is made from now on.
  Result<void> move_to_database(const DatabaseMove& move);
  /// Every state handed out so far is corrupt from now on, as ServerProfile::spoiled_states says.
  Result<void> spoil_states();
  /// How often that happened; states carry it.
  Result<std::uint64_t> state_age();
  /// The number this mailbox gives a named property; the same name always gets the same number.
  Result<std::uint16_t> named_property_id(const PropertyName& name);
  Result<std::optional<PropertyName>> named_property(std::uint16_t id);

  // --- Looking ---
  static constexpr FakeFolderId kIpmSubtree{1};
  Result<FolderRecord> folder_record(FakeFolderId folder);                  // deleted ones too
  Result<std::optional<FolderRecord>> folder_by_key(const FolderKey& key);  // deleted ones too
  /// Descendants of `root`, parents before children; deleted ones only on request.
  Result<std::vector<FolderRecord>> descendants(FakeFolderId root, bool with_deleted = false);
  Result<std::string> path_of(FakeFolderId folder);
  Result<FolderCounters> counters(FakeFolderId folder);

  Result<MessageRecord> message_record(FakeMessageId message);
  Result<std::optional<MessageRecord>> message_by_mid(std::uint64_t mid);
  Result<std::optional<MessageRecord>> message_by_key(FakeFolderId folder, const SourceKey& key);
  Result<StoredContent> stored_content(FakeMessageId message);
  /// What an undamaged export delivers, before the exporter adds what the mailbox knows better. `converter` may be null
  /// where the message holds native content.
  Result<MessageContent> content(FakeMessageId message, ContentConverter* converter, const ConversionContext& context);

  /// Numbers of the messages of a folder, softly deleted ones included; ascending by mid.
  struct Version {
    FakeMessageId id;
    std::uint64_t mid, change_number, read_change_number, size;
    Timestamp delivered;
    bool associated, read, in_scope, damaged;
  };
  Result<std::vector<Version>> versions(FakeFolderId folder);
  /// The source key that a deleted or moved-away message had in `folder`; nullopt = never heard of it.
  Result<std::optional<SourceKey>> former_key(FakeFolderId folder, std::uint64_t mid);
  /// The highest number given out so far, to messages, folders and versions alike.
  Result<std::uint64_t> last_number();
  /// Moves with every verb.
  Result<std::uint64_t> generation();

  enum class SortBy : std::uint8_t { delivered, committed };
  /// Rows of the contents table from position `skip`, newest first. In scope only.
  Result<std::vector<MessageRecord>> page(FakeFolderId folder, bool associated, SortBy sort, std::uint64_t skip,
                                          std::size_t max);
  /// The same, from just after `last`: faster, right only while the mailbox has not changed since.
  Result<std::vector<MessageRecord>> page_after(FakeFolderId folder, bool associated, SortBy sort,
                                                const MessageRecord& last, std::size_t max);
  Result<std::uint64_t> row_count(FakeFolderId folder, bool associated);

  /// Ground truth for oracles: all living folders with all messages in scope. `converter` may be null: mail that would
  /// need it then counts as exporting.
  Result<std::vector<FolderTruth>> ground_truth(ContentConverter* converter = nullptr,
                                                const ConversionContext& context = {});

 private:
  class Impl;
  explicit FakeMailbox(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Native content: subject, body, and whatever else a short text mail has. For tests.
MessageContent plain_content(const std::string& subject, const std::string& body,
                             const std::string& sender = "Ann Example");
/// A named message with subject `name` and a body that mentions it.
MessageSpec plain_message(const std::string& name);

}  // namespace mapisync::fake
