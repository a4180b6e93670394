// What a FastTransfer stream says, in order. Implemented by whoever takes messages over (or counts, or prints them).
// Called within FastTransferParser::feed and finish, on that thread. A failure ends the run and is passed on.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/identifiers.h"
#include "providers/mapihttp/wire/idset.h"
#include "providers/mapihttp/wire/stream_structures.h"

namespace mapisync::wire {

/// What a contents synchronization says of a change before its content. [MS-OXCFXICS 2.2.4.3.13 messageChangeHeader]
struct ChangeHeader {
  Bytes source_key;
  Bytes change_key;
  Bytes predecessor_change_list;
  std::int64_t last_modified{0};  // 100 ns since 1601
  bool associated{false};
  std::optional<ShortId> mid;  // the last three only where Configure asked for them
  std::optional<ShortId> change_number;
  std::optional<std::uint32_t> size;
  bool partial{false};  // what comes are whole groups of properties, not the whole message
};

/// The sets of a state; one that is absent was not sent.
struct StreamState {
  std::optional<ReplguidIdset> given;
  std::optional<Cnset> seen;
  std::optional<Cnset> seen_fai;
  std::optional<Cnset> read;
};

/// Some of these sets are there.
struct StreamDeletions {
  std::optional<ReplidIdset> deleted;
  std::optional<ReplidIdset> no_longer_in_scope;
  std::optional<ReplidIdset> expired;
};
struct StreamReadStates {
  std::optional<ReplidIdset> read;
  std::optional<ReplidIdset> unread;
};

class FastTransferHandler {
 public:
  virtual ~FastTransferHandler() = default;

  // A message: begin, then properties, recipients and attachments, then end. Until its end it may become void.
  /// `header` is null in a messageList or where the message itself is the root: there it has properties only.
  virtual Result<void> message_begin(const ChangeHeader* header, bool associated) = 0;
  virtual Result<void> message_end() = 0;
  /// The server could not go on with the open message, or with the next one if none is open. All that is open is void;
  /// the run goes on with what follows.
  virtual Result<void> message_void(const ExtendedErrorInfo& info) = 0;

  // Of the innermost object that is open. Text is UTF-8, and its tag says PtypString.
  virtual Result<void> property(Property property) = 0;
  /// A value too large to come whole: `wire_size` as announced (of text: before its conversion), pieces, its end.
  virtual Result<void> value_begin(PropertyTag tag, const std::optional<PropertyName>& name,
                                   std::uint64_t wire_size) = 0;
  virtual Result<void> value_piece(BytesView piece) = 0;
  virtual Result<void> value_end() = 0;

  virtual Result<void> recipient_begin() = 0;
  virtual Result<void> recipient_end() = 0;
  virtual Result<void> attachment_begin() = 0;
  virtual Result<void> attachment_end() = 0;
  virtual Result<void> embedded_begin() = 0;
  virtual Result<void> embedded_end() = 0;
  /// All former children of this kind (tag::kMessageRecipients, tag::kMessageAttachments) are replaced by what follows.
  virtual Result<void> children_replaced(PropertyTag /*kind*/) { return success(); }

  // Of partial changes, which come only where they were allowed.
  virtual Result<void> property_groups(const PropertyGroupInfo& /*info*/) { return success(); }
  virtual Result<void> group_begin(std::uint32_t /*mapping*/, std::uint32_t /*index*/) { return success(); }

  // Of the run.
  virtual Result<void> progress_total(const ProgressInformation& /*information*/) { return success(); }
  virtual Result<void> progress_message(std::uint32_t /*size*/, bool /*associated*/) { return success(); }
  /// In a messageList: something in its place was left out (MetaTagEcWarning).
  virtual Result<void> warning(std::uint32_t code) = 0;
  virtual Result<void> folder_change(PropertyList properties) = 0;
  virtual Result<void> deletions(const StreamDeletions& deletions) = 0;
  virtual Result<void> read_states(const StreamReadStates& read_states) = 0;
  virtual Result<void> state(const StreamState& state) = 0;
};

}  // namespace mapisync::wire
