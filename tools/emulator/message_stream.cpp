#include "tools/emulator/message_stream.h"

#include <algorithm>
#include <limits>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/limits.h"
#include "providers/mapihttp/wire/property_value.h"

namespace mapisync::emulator {
namespace {

namespace marker = wire::marker;
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

Result<Bytes> read_all(const BlobSource& source) {
  constexpr std::uint64_t kPiece = 1U << 20U;
  Bytes all;
  for (std::uint64_t at = 0; at < source.size(); at += kPiece) {
    MAPISYNC_TRY(piece, source.read(at, static_cast<std::size_t>(std::min(kPiece, source.size() - at))));
    all += piece;
  }
  return all;
}

}  // namespace

Result<void> MessageStream::property(const Property& property) {
  if (std::holds_alternative<PropertyError>(property.value)) return success();  // left out [MS-OXCFXICS 2.2.4.1.2]
  PropertyTag tag = wire::model_tag(property.tag);
  // One server sends this one as it was stored, whatever was asked for.
  const bool narrow = server_.mode == Mode::gromox && tag == pr::kMessageClass;
  if (narrow) tag = (tag & 0xFFFF0000) | pt::kString8;
  if (property.name) {
    const std::uint16_t id = server_.names.id_of(*property.name);
    if (id == 0) return refusal(rop_code::kOutOfMemory, "too many named properties");
    tag = (static_cast<PropertyTag>(id) << 16U) | type_of(tag);
  }
  const auto* large = std::get_if<Large>(&property.value);
  if (large == nullptr) {
    to_.named(tag, property.name, property.value);
    return success();
  }
  MAPISYNC_TRY(bytes, read_all(*large->source));
  if (type_of(tag) == pt::kUnicode)
    to_.named(tag, property.name, Text{std::move(bytes)});
  else
    to_.named(tag, property.name, Binary{std::move(bytes)});
  return success();
}

Result<void> MessageStream::properties(const PropertyList& list, std::size_t most) {
  for (std::size_t i = 0; i < std::min(most, list.size()); ++i) {
    // The number of an attachment stands before all others.
    if (list[i].tag == pr::kAttachNumber && !list[i].name) continue;
    MAPISYNC_TRYV(property(list[i]));
  }
  return success();
}

Result<void> MessageStream::recipient(const Recipient& recipient, std::int32_t row) {
  to_.marker(marker::kStartRecip);
  to_.property(wire::tag::kRowId, row);
  for (const Property& each : recipient.properties) {
    if (each.tag == wire::tag::kRowId && !each.name) continue;
    MAPISYNC_TRYV(property(each));
  }
  to_.marker(marker::kEndToRecip);
  return success();
}

Result<void> MessageStream::attachment_begin(const Attachment* attachment, std::int32_t number) {
  to_.marker(marker::kNewAttach);
  const Property* own = attachment == nullptr ? nullptr : find_property(attachment->properties, pr::kAttachNumber);
  to_.property(pr::kAttachNumber, own == nullptr ? PropertyValue(number) : own->value);
  if (attachment == nullptr) return success();
  return properties(attachment->properties, kAll);
}

Result<void> MessageStream::attachment(const Attachment& attachment, std::int32_t number, int depth) {
  MAPISYNC_TRYV(attachment_begin(&attachment, number));
  if (attachment.embedded) {
    to_.marker(marker::kStartEmbed);
    MAPISYNC_TRYV(properties(attachment.embedded->properties, kAll));
    MAPISYNC_TRYV(children(*attachment.embedded, depth + 1));
    to_.marker(marker::kEndEmbed);
  }
  to_.marker(marker::kEndAttach);
  return success();
}

Result<void> MessageStream::children(const MessageContent& content, int depth) {
  if (depth > static_cast<int>(wire::limits::kDepthMax)) {
    return refusal(rop_code::kCorruptData, "messages are nested too deeply");
  }
  to_.children_replaced(wire::tag::kMessageRecipients);
  std::int32_t number = 0;
  for (const Recipient& each : content.recipients) MAPISYNC_TRYV(recipient(each, number++));
  to_.children_replaced(wire::tag::kMessageAttachments);
  number = 0;
  for (const Attachment& each : content.attachments) MAPISYNC_TRYV(attachment(each, number++, depth));
  return success();
}

Result<void> MessageStream::whole(const MessageContent& content) {
  MAPISYNC_TRYV(properties(content.properties, kAll));
  return children(content, 0);
}

Result<void> MessageStream::broken_off(const MessageContent& content, ErrorPlace place) {
  const bool among_properties = place == ErrorPlace::properties || place == ErrorPlace::later_buffer;
  MAPISYNC_TRYV(properties(content.properties, among_properties ? (content.properties.size() + 1) / 2 : kAll));
  if (among_properties) return success();
  to_.children_replaced(wire::tag::kMessageRecipients);
  if (place == ErrorPlace::recipient) {
    to_.marker(marker::kStartRecip);
    to_.property(wire::tag::kRowId, std::int32_t{0});
    return success();
  }
  to_.children_replaced(wire::tag::kMessageAttachments);
  const auto with_message = std::find_if(content.attachments.begin(), content.attachments.end(),
                                         [](const Attachment& each) { return each.embedded != nullptr; });
  const Attachment* shown = content.attachments.empty() ? nullptr : &content.attachments.front();
  if (place == ErrorPlace::embedded && with_message != content.attachments.end()) shown = &*with_message;
  MAPISYNC_TRYV(attachment_begin(shown, 0));
  if (place != ErrorPlace::embedded) return success();
  to_.marker(marker::kStartEmbed);
  to_.property(pr::kSubject, Text{"within"});
  return success();
}

Result<wire::ChangeHeader> header_of(EmulatedServer& server, const fake::MessageRecord& message,
                                     std::uint32_t extra_flags, bool native_keys, std::uint64_t size) {
  wire::ChangeHeader header;
  header.source_key = native_keys ? message.native_key.bytes() : message.source_key.bytes();
  header.change_key = message.change_key.bytes();
  header.predecessor_change_list = message.predecessor_change_list;
  header.last_modified = filetime_from_unix_micros(message.modified.time_since_epoch().count());
  header.associated = message.associated;
  if ((extra_flags & wire::sync_extra_flags::kEid) != 0) {
    MAPISYNC_TRY(id, server.replicas.id_of(message.native_key.bytes()));
    header.mid = server.replicas.shorten(id);
  }
  if ((extra_flags & wire::sync_extra_flags::kMessageSize) != 0) {
    header.size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, std::numeric_limits<std::int32_t>::max()));
  }
  if ((extra_flags & wire::sync_extra_flags::kCn) != 0) {
    MAPISYNC_TRY(number, server.replicas.change_number(message.change_number, message.change_key.bytes()));
    header.change_number = server.replicas.shorten(number);
  }
  return header;
}

}  // namespace mapisync::emulator
