// What the fake mailbox is told (specs) and what it tells (records, ground truth). Values; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/failure.h"
#include "engine/base/time.h"
#include "engine/model/folder.h"
#include "engine/model/ids.h"
#include "engine/model/message.h"

namespace mapisync::fake {

/// Handles. They stay valid while the thing exists, across renames and moves. Never seen through the ports.
enum class FakeFolderId : std::int64_t { none = 0 };
enum class FakeMessageId : std::int64_t { none = 0 };

/// Where time comes from. The mailbox never reads a clock: without a source it counts one second an event.
using TimeSource = std::function<Timestamp()>;

struct MailboxOptions {
  std::uint64_t seed{1};  // GUIDs and search keys derive from it
  std::string display_name{"Fake Mailbox"};
  bool public_folders{false};  // a public folder store: roots are refused
};

struct FolderSpec {
  std::string name;
  FolderRole role{FolderRole::none};
  FolderKind kind{FolderKind::generic};
  std::string container_class{"IPF.Note"};
};

/// What the contents table shows, given when the message is added, so that mail that cannot be converted lists too.
struct Envelope {
  std::string subject;
  std::string sender;
  std::string message_class{"IPM.Note"};
  std::string internet_message_id;
  std::string recipients;              // names, as PR_DISPLAY_TO has them: "Ann; Bob"
  std::optional<Timestamp> sent;       // absent: the table shows none
  std::optional<Timestamp> delivered;  // absent: the commit time
  std::optional<std::uint64_t> size;   // absent: the size of the stored content
};

/// A message to be added. Exactly one of `mime` and `content`, or neither: then a short text is made up.
struct MessageSpec {
  std::string name;  // for scripts ("m1"); empty = none; unique among living messages
  Envelope envelope;
  Bytes mime;                             // original mail, kept as it is, converted at export
  std::optional<MessageContent> content;  // native content
  bool associated{false};
  bool read{false};
  Bytes foreign_source_key;        // empty = the server makes a native one of 22 bytes
  Bytes foreign_change_key;        // empty = native
  bool change_key_missing{false};  // in the contents table
};

/// New content for a message that exists. Nothing set: a made-up text that differs from the last one.
struct Modification {
  std::optional<Envelope> envelope;
  Bytes mime;
  std::optional<MessageContent> content;
};

/// What is wrong with a message. Persisted; never renumbered.
enum class DamageKind : std::uint8_t {
  none = 0,
  abort = 1,            // the export stops with `code` when the message comes up
  hide = 2,             // silently left out; the final state says it was seen
  hide_as_deleted = 3,  // left out and, to a client that has it, reported as deleted
  placeholder = 4,      // success, but the largest value is a text that begins "[CID="
  truncate = 5,         // success, but half of the largest value is missing
  server_death = 6,     // the server process ends: connection lost until it is restarted
  stall = 7,            // the export goes on for ever without getting further
  client_death = 8,     // the client's process ends, as with a library that cannot bear the message
};

struct Damage {
  DamageKind kind{DamageKind::abort};
  Errc code{Errc::corrupt_data};  // for abort
  friend bool operator==(const Damage&, const Damage&) = default;
};

/// Whether a change of health comes with a new version (change key, change number) of the message.
enum class NewVersion : std::uint8_t { no, yes };

struct FolderRecord {
  FakeFolderId id{FakeFolderId::none};
  FakeFolderId parent{FakeFolderId::none};
  FolderInfo info;  // info.parent is the parent's key, also for children of the IPM subtree
  std::uint64_t change_number{0};
  std::int64_t commit_time_max{0};  // microseconds since 1970; 0 = nothing was ever committed
  std::int64_t deleted_total{0};
  bool deleted{false};
  std::optional<Errc> open_error;  // it cannot be opened
};

/// Everything about a message but its content.
struct MessageRecord {
  FakeMessageId id{FakeMessageId::none};
  FakeFolderId folder{FakeFolderId::none};
  std::string name;
  std::uint64_t mid{0};  // the server's own number: what states hold
  std::uint64_t change_number{0};
  std::uint64_t read_change_number{0};
  SourceKey source_key;
  SourceKey native_key;  // differs from source_key if that is foreign
  ChangeKey change_key;
  Bytes predecessor_change_list;
  SearchKey search_key;
  bool associated{false};
  bool read{false};
  bool in_scope{true};  // false: softly deleted
  bool change_key_missing{false};
  bool is_mime{false};
  std::uint64_t size{0};
  Timestamp delivered{}, modified{}, committed{};
  std::string subject, sender, message_class, internet_message_id, recipients;
  std::optional<Timestamp> sent;
  std::optional<Damage> damage;
};

/// Stored content, not yet converted.
struct StoredContent {
  bool is_mime{false};
  Bytes bytes;  // mail, or content_codec.h
};

/// What an oracle needs to know of a living message.
struct MessageTruth {
  FakeMessageId id{FakeMessageId::none};
  std::string name;
  SourceKey key;
  ChangeKey change_key;
  SearchKey search_key;
  bool read{false};
  bool associated{false};
  std::uint64_t size{0};
  std::uint64_t content_digest{0};  // of the stored bytes
  std::optional<Damage> damage;
  bool exports{false};  // whole and right, today, alone or in company
};

struct FolderTruth {
  FakeFolderId id{FakeFolderId::none};
  FolderKey key;
  std::string path;  // below the IPM subtree; "" = the IPM subtree itself
  FolderKind kind{FolderKind::generic};
  bool opens{true};
  std::vector<MessageTruth> messages;  // in scope, normal and associated; by order of creation
};

}  // namespace mapisync::fake
