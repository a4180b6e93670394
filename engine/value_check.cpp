#include "engine/value_check.h"

#include <array>
#include <cstdio>

namespace mapisync {

namespace {

/// No server explains itself at length, and a mail that quotes such a text is longer than it.
constexpr std::uint64_t kPlaceholderMax = 256;

/// The text or bytes of a value that is short enough to be a placeholder; empty for every other.
Result<Bytes> short_value(const PropertyValue& value) {
  const std::uint64_t size = value_size(value);
  if (size == 0 || size > kPlaceholderMax) return Bytes();
  if (const auto* text = std::get_if<Text>(&value)) return Bytes(text->utf8);
  if (const auto* binary = std::get_if<Binary>(&value)) return binary->bytes;
  if (const auto* large = std::get_if<Large>(&value)) return large->source->read(0, static_cast<std::size_t>(size));
  return Bytes();
}

std::string tag_text(PropertyTag tag) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%08x", static_cast<unsigned>(tag));
  return text.data();
}

Result<std::optional<ValueDefect>> find_placeholder(const std::string& begin, const PropertyList& properties) {
  for (const Property& property : properties) {
    MAPISYNC_TRY(value, short_value(property.value));
    if (!value.starts_with(begin)) continue;
    return std::optional(ValueDefect{FindingKind::placeholder,
                                     "property " + tag_text(property.tag) + " holds the server's placeholder"});
  }
  return std::optional<ValueDefect>();
}

Result<std::optional<ValueDefect>> find_placeholder(const std::string& begin, const MessageContent& content) {
  MAPISYNC_TRY(own, find_placeholder(begin, content.properties));
  if (own) return std::move(own);
  for (const Attachment& attachment : content.attachments) {
    MAPISYNC_TRY(found, find_placeholder(begin, attachment.properties));
    if (found) return std::move(found);
    if (attachment.embedded == nullptr) continue;
    MAPISYNC_TRY(inside, find_placeholder(begin, *attachment.embedded));
    if (inside) return std::move(inside);
  }
  return std::optional<ValueDefect>();
}

}  // namespace

bool checks_values(const Capabilities& capabilities) noexcept {
  return capabilities.exact_sizes || !capabilities.placeholder.empty();
}

Result<std::optional<ValueDefect>> find_defect(const Capabilities& capabilities, const DeliveredMessage& message) {
  if (!capabilities.placeholder.empty()) {
    MAPISYNC_TRY(found, find_placeholder(capabilities.placeholder, message.content));
    if (found) return std::move(found);
  }
  if (!capabilities.exact_sizes || !message.header.size) return std::optional<ValueDefect>();
  const std::uint64_t size = content_size(message.content);
  if (size >= *message.header.size) return std::optional<ValueDefect>();
  return std::optional(
      ValueDefect{FindingKind::truncated,
                  std::to_string(size) + " of " + std::to_string(*message.header.size) + " bytes were delivered"});
}

}  // namespace mapisync
