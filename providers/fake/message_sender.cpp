#include "providers/fake/message_sender.h"

#include <algorithm>

namespace mapisync::fake {
namespace {

constexpr PropertyTag kRecipientsTag = 0x0E12000D, kAttachmentsTag = 0x0E13000D;

bool is_streamed(const Property& property) {
  if (const auto* text = std::get_if<Text>(&property.value)) return text->utf8.size() > kStreamFrom;
  if (const auto* binary = std::get_if<Binary>(&property.value)) return binary->bytes.size() > kStreamFrom;
  return std::holds_alternative<Large>(property.value);
}

Result<void> stream(PropertyReceiver& to, const Property& property) {
  if (const auto* large = std::get_if<Large>(&property.value)) {
    MAPISYNC_TRY(into, to.open_stream(property.tag, property.name, large->source->size()));
    for (std::uint64_t at = 0; at < large->source->size();) {
      const std::uint64_t length = std::min<std::uint64_t>(kStreamPiece, large->source->size() - at);
      MAPISYNC_TRY(piece, large->source->read(at, static_cast<std::size_t>(length)));
      MAPISYNC_TRYV(into->write(piece));
      at += length;
    }
    return into->commit();
  }
  const auto* text = std::get_if<Text>(&property.value);
  BytesView rest = text != nullptr ? BytesView(text->utf8) : BytesView(std::get<Binary>(property.value).bytes);
  MAPISYNC_TRY(into, to.open_stream(property.tag, property.name, rest.size()));
  while (!rest.empty()) {
    const BytesView piece = rest.substr(0, kStreamPiece);
    MAPISYNC_TRYV(into->write(piece));
    rest.remove_prefix(piece.size());
  }
  return into->commit();
}

Result<void> send_properties(PropertyReceiver& to, PropertyList properties) {
  PropertyList small;
  for (Property& property : properties) {
    if (is_streamed(property)) {
      MAPISYNC_TRYV(stream(to, property));
    } else {
      small.push_back(std::move(property));
    }
  }
  return to.set_properties(std::move(small));
}

// The largest text or binary value of a list, or null.
PropertyValue* largest(PropertyList& list) {
  PropertyValue* found = nullptr;
  std::size_t most = 0;
  for (Property& property : list) {
    if (property.tag == pr::kSearchKey || property.tag == pr::kMimeSkeleton) continue;
    std::size_t size = 0;
    if (const auto* text = std::get_if<Text>(&property.value)) size = text->utf8.size();
    if (const auto* binary = std::get_if<Binary>(&property.value)) size = binary->bytes.size();
    if (size > most) {
      most = size;
      found = &property.value;
    }
  }
  return found;
}

std::size_t size_of(const PropertyValue* value) {
  if (value == nullptr) return 0;
  if (const auto* text = std::get_if<Text>(value)) return text->utf8.size();
  if (const auto* binary = std::get_if<Binary>(value)) return binary->bytes.size();
  return 0;
}

void halve_text(std::string& text) {
  std::size_t length = text.size() / 2;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;  // stays UTF-8
  text.resize(length);
}

}  // namespace

bool PropertyFilter::wants(PropertyTag tag) const {
  if (std::find(exclude.begin(), exclude.end(), tag) != exclude.end()) return false;
  return !only_included || std::find(include.begin(), include.end(), tag) != include.end();
}

void filter_content(MessageContent& content, const PropertyFilter& filter) {
  if (!filter.only_included && filter.exclude.empty()) return;
  std::erase_if(content.properties, [&](const Property& property) { return !filter.wants(property.tag); });
  if (!filter.wants(kRecipientsTag)) content.recipients.clear();
  if (!filter.wants(kAttachmentsTag)) content.attachments.clear();
}

void damage_content(MessageContent& content, const Damage& damage) {
  if (damage.kind != DamageKind::placeholder && damage.kind != DamageKind::truncate) return;
  PropertyValue* value = largest(content.properties);
  for (Attachment& attachment : content.attachments) {
    PropertyValue* other = largest(attachment.properties);
    if (size_of(other) > size_of(value)) value = other;
  }
  if (value == nullptr) return;
  const std::string placeholder = std::string(kPlaceholderBegin) + "0000000000000001 could not be read]";
  if (auto* text = std::get_if<Text>(value)) {
    if (damage.kind == DamageKind::placeholder)
      text->utf8 = placeholder;
    else
      halve_text(text->utf8);
  }
  if (auto* binary = std::get_if<Binary>(value)) {
    if (damage.kind == DamageKind::placeholder)
      binary->bytes = placeholder;
    else
      binary->bytes.resize(binary->bytes.size() / 2);
  }
}

Result<void> send_message(StagedMessage& to, MessageContent content) {
  MAPISYNC_TRYV(send_properties(to, std::move(content.properties)));
  if (!content.recipients.empty()) {
    MAPISYNC_TRYV(to.set_recipients(std::move(content.recipients)));
  }
  for (Attachment& attachment : content.attachments) {
    MAPISYNC_TRY(staged, to.begin_attachment());
    MAPISYNC_TRYV(send_properties(*staged, std::move(attachment.properties)));
    if (attachment.embedded) {
      MAPISYNC_TRY(embedded, staged->begin_embedded());
      MAPISYNC_TRYV(send_message(*embedded, std::move(*attachment.embedded)));
      embedded.reset();  // children end before their parent is saved
    }
    MAPISYNC_TRYV(staged->save());
  }
  return to.save();
}

Result<void> send_part(StagedMessage& to, MessageContent content) {
  content.properties.resize((content.properties.size() + 1) / 2);
  MAPISYNC_TRYV(send_properties(to, std::move(content.properties)));
  MAPISYNC_TRY(staged, to.begin_attachment());
  return staged->set_properties({Property{pr::kAttachNumber, std::nullopt, std::int32_t{0}}});
}

}  // namespace mapisync::fake
