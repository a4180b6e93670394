#include "store/sqlite/message_summary.h"

#include <initializer_list>
#include <utility>

namespace mapisync::sqlite {

namespace {

/// At most kColumnMax bytes, cut between characters.
std::string shortened(std::string text) {
  if (text.size() <= kColumnMax) return text;
  std::size_t end = kColumnMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

/// The first of these properties that has text.
std::optional<std::string> first_text(const PropertyList& properties, std::initializer_list<PropertyTag> tags) {
  for (const PropertyTag tag : tags) {
    std::string text = text_or_empty(properties, tag, kColumnMax + 4);
    if (!text.empty()) return shortened(std::move(text));
  }
  return std::nullopt;
}

/// Present, perhaps empty.
std::optional<std::string> text_if_present(const PropertyList& properties, PropertyTag tag) {
  const Property* property = find_property(properties, tag);
  if (property == nullptr) return std::nullopt;
  if (!std::holds_alternative<Text>(property->value) && !std::holds_alternative<Large>(property->value)) {
    return std::nullopt;
  }
  return shortened(text_or_empty(properties, tag, kColumnMax + 4));
}

template <class T>
std::optional<T> value_if_present(const PropertyList& properties, PropertyTag tag) {
  const Property* property = find_property(properties, tag);
  if (property == nullptr) return std::nullopt;
  const T* value = std::get_if<T>(&property->value);
  return value != nullptr ? std::optional<T>(*value) : std::nullopt;
}

std::optional<Timestamp> time_if_present(const PropertyList& properties, PropertyTag tag) {
  const auto ticks = value_if_present<std::int64_t>(properties, tag);
  if (!ticks) return std::nullopt;
  return Timestamp(Duration(unix_micros_from_filetime(*ticks)));
}

/// "To; Cc", from the display properties or else from the recipients themselves.
std::optional<std::string> recipients_of(const MessageContent& content) {
  std::string line;
  const auto append = [&](const std::string& name) {
    if (name.empty() || line.size() > kColumnMax) return;
    if (!line.empty()) line.append("; ");
    line.append(name);
  };
  append(text_or_empty(content.properties, pr::kDisplayTo, kColumnMax + 4));
  append(text_or_empty(content.properties, pr::kDisplayCc, kColumnMax + 4));
  if (line.empty()) {
    for (const Recipient& recipient : content.recipients) {
      const RecipientSummary summary = summary_of(recipient);
      append(summary.name ? *summary.name : summary.address.value_or(""));
    }
  }
  if (line.empty()) return std::nullopt;
  return shortened(std::move(line));
}

std::optional<std::uint64_t> data_size_of(const PropertyList& properties) {
  const Property* data = find_property(properties, pr::kAttachData);
  if (data != nullptr) {
    if (const auto* binary = std::get_if<Binary>(&data->value)) return binary->bytes.size();
    if (const auto* large = std::get_if<Large>(&data->value)) return large->source->size();
  }
  const auto stated = value_if_present<std::int32_t>(properties, pr::kAttachSize);
  if (!stated || *stated < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*stated);
}

}  // namespace

MessageSummary summary_of(const MessageContent& content) {
  const PropertyList& properties = content.properties;
  MessageSummary summary;
  summary.subject = text_if_present(properties, pr::kSubject);
  summary.sender_name = first_text(properties, {pr::kSenderName, pr::kSentRepresentingName});
  summary.sender_address = first_text(properties, {pr::kSenderSmtp, pr::kSenderEmail, pr::kSentRepresentingEmail});
  summary.recipients = recipients_of(content);
  summary.message_class = text_if_present(properties, pr::kMessageClass);
  summary.internet_message_id = first_text(properties, {pr::kInternetMessageId});
  summary.sent = time_if_present(properties, pr::kClientSubmitTime);
  summary.received = time_if_present(properties, pr::kDeliveryTime);
  summary.has_attachments =
      !content.attachments.empty() || value_if_present<bool>(properties, pr::kHasAttach).value_or(false);
  return summary;
}

RecipientSummary summary_of(const Recipient& recipient) {
  RecipientSummary summary;
  summary.kind = value_if_present<std::int32_t>(recipient.properties, pr::kRecipientType);
  summary.name = first_text(recipient.properties, {pr::kDisplayName});
  summary.address = first_text(recipient.properties, {pr::kSmtpAddress, pr::kEmailAddress});
  return summary;
}

AttachmentSummary summary_of(const Attachment& attachment) {
  const PropertyList& properties = attachment.properties;
  AttachmentSummary summary;
  summary.filename = first_text(properties, {pr::kAttachLongFilename, pr::kAttachFilename, pr::kDisplayName});
  summary.mime_type = first_text(properties, {pr::kAttachMimeTag});
  summary.method = value_if_present<std::int32_t>(properties, pr::kAttachMethod);
  summary.size = data_size_of(properties);
  if (attachment.embedded) summary.embedded_subject = text_if_present(attachment.embedded->properties, pr::kSubject);
  return summary;
}

}  // namespace mapisync::sqlite
