#include "tools/emulator/object_properties.h"

#include <algorithm>
#include <limits>

#include "providers/mapihttp/wire/byte_writer.h"
#include "providers/mapihttp/wire/constants.h"

namespace mapisync::emulator {
namespace {

constexpr std::int32_t kFlagAssociated = 0x40;
constexpr PropertyTag kRead = 0x0E69000B, kLocalCommitTime = 0x67090040, kLocalCommitTimeMax = 0x670A0040,
                      kDeletedCountTotal = 0x670B0003, kContentCount = 0x36020003, kAssocContentCount = 0x36170003,
                      kSubfolders = 0x360A000B, kFolderType = 0x36010003, kDepth = 0x30050003, kHidden = 0x10F4000B,
                      kMappingSignature = 0x0FF80102, kStoreRecordKey = 0x0FFA0102, kMailboxOwnerName = 0x661C001F,
                      kDraftsEntryId = 0x36D70102, kAdditionalRenEntryIds = 0x36D81102, kMessageSize64 = 0x0E080014;

Property integer(PropertyTag tag, std::int64_t value) { return {tag, std::nullopt, value}; }
Property number(PropertyTag tag, std::uint64_t value) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
  return {tag, std::nullopt, static_cast<std::int32_t>(std::min(value, kMost))};
}
Property flag(PropertyTag tag, bool value) { return {tag, std::nullopt, value}; }
Property text(PropertyTag tag, const std::string& value) { return {tag, std::nullopt, Text{value}}; }
Property bytes(PropertyTag tag, const Bytes& value) { return {tag, std::nullopt, Binary{value}}; }
Property time(PropertyTag tag, Timestamp at) {
  return integer(tag, filetime_from_unix_micros(at.time_since_epoch().count()));
}
Property error(PropertyTag tag, std::uint32_t code) { return {tag, std::nullopt, PropertyError{code}}; }

Property short_id(PropertyTag tag, EmulatedServer& server, const Result<wire::GlobalId>& id) {
  if (!id) return error(tag, rop_code::kCallFailed);
  return integer(tag, wire::to_integer(server.replicas.shorten(id.value())));
}

// FolderEntryId of a private mailbox. [MS-OXCDATA 2.2.4.1]
Bytes entry_id(EmulatedServer& server, const FolderKey& key) {
  constexpr std::uint16_t kPrivateFolder = 1;
  const auto identity = server.mailbox().identity();
  const auto id = wire::global_id_of(key.bytes());
  if (!identity || !id) return {};
  wire::ByteWriter to;
  to.u32(0);
  to.bytes(identity.value().mailbox_guid);
  to.u16(kPrivateFolder);
  wire::write(to, id.value());
  to.u16(0);
  const auto written = to.take("entry id");
  return written ? written.value() : Bytes();
}

std::optional<fake::FolderRecord> folder_in_role(EmulatedServer& server, FolderRole role) {
  auto folders = server.mailbox().descendants(fake::FakeMailbox::kIpmSubtree);
  if (!folders) return std::nullopt;
  for (fake::FolderRecord& folder : folders.value()) {
    if (folder.info.role == role) return std::move(folder);
  }
  return std::nullopt;
}

std::optional<Property> special_folders(EmulatedServer& server, std::uint16_t id) {
  if (id == id_of(kDraftsEntryId)) {
    const auto drafts = folder_in_role(server, FolderRole::drafts);
    if (drafts) return bytes(kDraftsEntryId, entry_id(server, drafts->info.key));
  }
  if (id == id_of(kAdditionalRenEntryIds)) {
    const auto junk = folder_in_role(server, FolderRole::junk);
    constexpr std::size_t kJunk = 4;  // of conflicts, sync issues, local failures, server failures, junk
    std::vector<Binary> ids(kJunk + 1);
    if (junk) ids[kJunk].bytes = entry_id(server, junk->info.key);
    if (junk) return Property{kAdditionalRenEntryIds, std::nullopt, std::move(ids)};
  }
  return std::nullopt;
}

// What a table cannot show of a message, as the plan says.
std::optional<Property> faulty(const fake::MessageRecord& m, std::optional<fake::RowFault> fault, std::uint16_t id) {
  if (!fault || *fault != fake::RowFault::bad_columns) return std::nullopt;
  switch (id) {
    case id_of(pr::kSubject): return error(pr::kSubject, rop_code::kCorruptData);
    case id_of(pr::kSenderName): return error(pr::kSenderName, rop_code::kCorruptData);
    case id_of(pr::kSentRepresentingName): return error(pr::kSentRepresentingName, rop_code::kCorruptData);
    case id_of(pr::kDisplayTo): return error(pr::kDisplayTo, rop_code::kCorruptData);
    case id_of(pr::kClientSubmitTime): return error(pr::kClientSubmitTime, rop_code::kCorruptData);
    case id_of(pr::kMessageSize): return error(pr::kMessageSize, rop_code::kCallFailed);
    default: static_cast<void>(m); return std::nullopt;
  }
}

std::optional<Property> identity_of(EmulatedServer& server, const fake::MessageRecord& m,
                                    std::optional<fake::RowFault> fault, std::uint16_t id) {
  const bool nameless = fault == fake::RowFault::no_source_key;
  const bool unchanged = m.change_key_missing || fault == fake::RowFault::no_change_key;
  switch (id) {
    case id_of(wire::tag::kMid):
      if (fault == fake::RowFault::no_ref) return std::nullopt;
      return short_id(wire::tag::kMid, server, server.replicas.id_of(m.native_key.bytes()));
    case id_of(wire::tag::kChangeNumber):
      return short_id(wire::tag::kChangeNumber, server,
                      server.replicas.change_number(m.change_number, m.change_key.bytes()));
    case id_of(wire::tag::kFolderId):
    case id_of(wire::tag::kParentFolderId): {
      const PropertyTag tag = id == id_of(wire::tag::kFolderId) ? wire::tag::kFolderId : wire::tag::kParentFolderId;
      const auto folder = server.mailbox().folder_record(m.folder);
      if (!folder) return std::nullopt;
      return short_id(tag, server, server.replicas.id_of(folder.value().info.key.bytes()));
    }
    case id_of(pr::kSourceKey):
      if (nameless) return std::nullopt;
      return bytes(pr::kSourceKey, m.source_key.bytes());
    case id_of(pr::kChangeKey):
      if (unchanged) return std::nullopt;
      return bytes(pr::kChangeKey, m.change_key.bytes());
    case id_of(pr::kPredecessorChangeList): return bytes(pr::kPredecessorChangeList, m.predecessor_change_list);
    case id_of(pr::kSearchKey): return bytes(pr::kSearchKey, m.search_key.bytes());
    default: return std::nullopt;
  }
}

std::optional<Property> described(const fake::MessageRecord& m, std::uint16_t id) {
  switch (id) {
    case id_of(pr::kAssociated): return flag(pr::kAssociated, m.associated);
    case id_of(kRead): return flag(kRead, m.read);
    case id_of(pr::kMessageFlags):
      return number(pr::kMessageFlags, (m.read ? kMessageFlagRead : 0U) | (m.associated ? kFlagAssociated : 0));
    case id_of(pr::kMessageSize): return number(pr::kMessageSize, m.size);
    case id_of(pr::kDeliveryTime): return time(pr::kDeliveryTime, m.delivered);
    case id_of(pr::kLastModificationTime): return time(pr::kLastModificationTime, m.modified);
    case id_of(kLocalCommitTime): return time(kLocalCommitTime, m.committed);
    case id_of(pr::kMessageClass): return text(pr::kMessageClass, m.message_class);
    case id_of(pr::kSubject): return text(pr::kSubject, m.subject);
    case id_of(pr::kNormalizedSubject): return text(pr::kNormalizedSubject, m.subject);
    case id_of(pr::kSenderName):
      return m.sender.empty() ? std::nullopt : std::optional(text(pr::kSenderName, m.sender));
    case id_of(pr::kSentRepresentingName):
      return m.sender.empty() ? std::nullopt : std::optional(text(pr::kSentRepresentingName, m.sender));
    case id_of(pr::kInternetMessageId):
      if (m.internet_message_id.empty()) return std::nullopt;
      return text(pr::kInternetMessageId, m.internet_message_id);
    case id_of(pr::kDisplayTo):
      return m.recipients.empty() ? std::nullopt : std::optional(text(pr::kDisplayTo, m.recipients));
    case id_of(pr::kClientSubmitTime):
      return m.sent ? std::optional(time(pr::kClientSubmitTime, *m.sent)) : std::nullopt;
    default: return std::nullopt;
  }
}

std::optional<Property> counter_of(EmulatedServer& server, const fake::FolderRecord& folder, std::uint16_t id) {
  const auto telling = server.profile().counters;
  if (telling == fake::CountersTelling::absent) return std::nullopt;
  const auto counters = server.mailbox().counters(folder.id);
  if (!counters) return std::nullopt;
  const FolderCounters& told = counters.value();
  switch (id) {
    case id_of(kContentCount): {
      const std::int64_t off = telling == fake::CountersTelling::offset ? server.profile().counters_offset : 0;
      return number(kContentCount,
                    static_cast<std::uint64_t>(std::max<std::int64_t>(0, told.normal.value_or(0) + off)));
    }
    case id_of(kAssocContentCount):
      return number(kAssocContentCount, static_cast<std::uint64_t>(told.associated.value_or(0)));
    case id_of(kDeletedCountTotal):
      return number(kDeletedCountTotal, static_cast<std::uint64_t>(told.deleted_total.value_or(0)));
    case id_of(kLocalCommitTimeMax):
      return integer(kLocalCommitTimeMax, filetime_from_unix_micros(told.commit_time_max.value_or(0)));
    default: return std::nullopt;
  }
}

std::optional<Property> folder_property(EmulatedServer& server, const fake::FolderRecord& folder, int depth,
                                        std::uint16_t id) {
  switch (id) {
    case id_of(wire::tag::kFolderId):
      return short_id(wire::tag::kFolderId, server, server.replicas.id_of(folder.info.key.bytes()));
    case id_of(wire::tag::kParentFolderId):
      return short_id(wire::tag::kParentFolderId, server, server.replicas.id_of(folder.info.parent.bytes()));
    case id_of(wire::tag::kChangeNumber):
      return short_id(wire::tag::kChangeNumber, server,
                      server.replicas.change_number(folder.change_number, folder.info.change_key.bytes()));
    case id_of(pr::kDisplayName): return text(pr::kDisplayName, folder.info.name);
    case id_of(pr::kContainerClass): return text(pr::kContainerClass, folder.info.container_class);
    case id_of(pr::kSourceKey): return bytes(pr::kSourceKey, folder.info.key.bytes());
    case id_of(pr::kParentSourceKey): return bytes(pr::kParentSourceKey, folder.info.parent.bytes());
    case id_of(pr::kChangeKey): return bytes(pr::kChangeKey, folder.info.change_key.bytes());
    case id_of(kFolderType): return number(kFolderType, static_cast<std::uint64_t>(folder.info.kind));
    case id_of(kDepth): return number(kDepth, static_cast<std::uint64_t>(depth));
    case id_of(kHidden): return flag(kHidden, false);
    case id_of(pr::kEntryId): return bytes(pr::kEntryId, entry_id(server, folder.info.key));
    case id_of(kSubfolders): {
      const auto below = server.mailbox().descendants(folder.id);
      return flag(kSubfolders, below && !below.value().empty());
    }
    default: break;
  }
  if (folder.info.role == FolderRole::inbox) {
    if (auto special = special_folders(server, id)) return special;
  }
  return counter_of(server, folder, id);
}

std::size_t utf8_prefix(const std::string& utf8, std::size_t most) {
  std::size_t end = std::min(most, utf8.size());
  while (end > 0 && end < utf8.size() && (static_cast<unsigned char>(utf8[end]) & 0xC0U) == 0x80U) --end;
  return end;
}

// Whether a value of `own` type may stand in a column of type `asked`.
bool fits(std::uint16_t own, std::uint16_t asked) {
  return own == asked || asked == wire::type::kUnspecified || (own == pt::kUnicode && asked == pt::kString8);
}

}  // namespace

PropertyLookup properties_of(EmulatedServer& server, const fake::MessageRecord& message) {
  return [&server, &message, fault = server.fake->row_fault_of(message)](std::uint16_t id) -> std::optional<Property> {
    if (auto bad = faulty(message, fault, id)) return bad;
    if (auto identity = identity_of(server, message, fault, id)) return identity;
    return described(message, id);
  };
}

PropertyLookup properties_of(EmulatedServer& server, const fake::FolderRecord& folder, int depth) {
  return [&server, &folder, depth](std::uint16_t id) { return folder_property(server, folder, depth, id); };
}

PropertyLookup properties_of_mailbox(EmulatedServer& server) {
  return [&server](std::uint16_t id) -> std::optional<Property> {
    const auto identity = server.mailbox().identity();
    if (!identity) return std::nullopt;
    switch (id) {
      case id_of(pr::kDisplayName): return text(pr::kDisplayName, identity.value().display_name);
      case id_of(kMailboxOwnerName): return text(kMailboxOwnerName, identity.value().display_name);
      case id_of(kMappingSignature): return bytes(kMappingSignature, identity.value().mapping_signature);
      case id_of(kStoreRecordKey): return bytes(kStoreRecordKey, identity.value().mailbox_guid);
      default: return special_folders(server, id);
    }
  };
}

wire::Cell cell_of(const PropertyLookup& lookup, PropertyTag asked, std::size_t most, TooLong too_long) {
  wire::Cell cell{asked, std::nullopt};
  std::optional<Property> property = lookup(id_of(asked));
  if (!property) return cell;
  if (asked == kMessageSize64) {
    if (const auto* narrow = std::get_if<std::int32_t>(&property->value)) {
      cell.value = std::int64_t{*narrow};
      return cell;
    }
  }
  if (!fits(type_of(property->tag), type_of(asked))) return cell;
  if (type_of(asked) == wire::type::kUnspecified) cell.tag = property->tag;
  if (value_size(property->value) > most && !std::holds_alternative<PropertyError>(property->value)) {
    if (too_long == TooLong::refuse) {
      cell.value = PropertyError{rop_code::kOutOfMemory};
      return cell;
    }
    if (auto* long_text = std::get_if<Text>(&property->value)) {
      long_text->utf8.resize(utf8_prefix(long_text->utf8, most));
    }
    if (auto* binary = std::get_if<Binary>(&property->value)) binary->bytes.resize(most);
  }
  // A text in a row ends at its first NUL.
  if (auto* any_text = std::get_if<Text>(&property->value)) {
    any_text->utf8.resize(std::min(any_text->utf8.find('\0'), any_text->utf8.size()));
  }
  // In a code page that lacks its characters a text becomes what is left of it in ASCII.
  if (auto* any_text = std::get_if<Text>(&property->value); any_text != nullptr && type_of(asked) == pt::kString8) {
    for (char& c : any_text->utf8) c = static_cast<unsigned char>(c) < 0x80 ? c : '?';
  }
  cell.value = std::move(property->value);
  return cell;
}

}  // namespace mapisync::emulator
