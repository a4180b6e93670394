#include "providers/fake/mime/message_properties.h"

#include <utility>

#include "providers/fake/mime/message_headers.h"
#include "providers/fake/mime/utf8.h"

namespace mapisync::mime {
namespace {

constexpr std::size_t kDisplayMax = 32'768;

void set_time(PropertyList& properties, PropertyTag tag, Timestamp time) {
  properties.push_back({tag, std::nullopt, filetime_from_unix_micros(time.time_since_epoch().count())});
}

std::string display_list(const std::vector<Address>& addresses) {
  std::string list;
  for (const Address& address : addresses) {
    if (list.size() > kDisplayMax) break;
    if (!list.empty()) list += "; ";
    list += address.name;
  }
  return cut_utf8(std::move(list), kDisplayMax);
}

void add_recipients(const std::vector<Address>& addresses, std::int32_t type, MessageContent& content) {
  for (const Address& address : addresses) {
    Recipient recipient;
    PropertyList& p = recipient.properties;
    p.push_back({pr::kRecipientType, std::nullopt, type});
    set_text(p, pr::kDisplayName, address.name);
    set_text(p, pr::kAddrType, "SMTP");
    set_text(p, pr::kEmailAddress, address.address);
    set_text(p, pr::kSmtpAddress, address.address);
    content.recipients.push_back(std::move(recipient));
  }
}

struct SenderTags {
  PropertyTag name, type, email, smtp;
};

void add_sender(const Address& address, const SenderTags& tags, PropertyList& p) {
  set_text(p, tags.name, address.name);
  set_text(p, tags.type, "SMTP");
  set_text(p, tags.email, address.address);
  set_text(p, tags.smtp, address.address);
}

}  // namespace

void set_text(PropertyList& properties, PropertyTag tag, std::string value) {
  if (!value.empty()) properties.push_back({tag, std::nullopt, Text{std::move(value)}});
}

void add_header_properties(const MessageHeaders& headers, MessageContent& content) {
  PropertyList& p = content.properties;
  p.push_back({pr::kSubject, std::nullopt, Text{headers.subject}});
  const std::string topic = normalized_subject(headers.subject);
  p.push_back({pr::kNormalizedSubject, std::nullopt, Text{topic}});
  set_text(p, pr::kConversationTopic, topic);
  const std::optional<Address>& representing = headers.from ? headers.from : headers.sender;
  const std::optional<Address>& sender = headers.sender ? headers.sender : headers.from;
  if (sender) add_sender(*sender, {pr::kSenderName, pr::kSenderAddrType, pr::kSenderEmail, pr::kSenderSmtp}, p);
  if (representing) {
    add_sender(
        *representing,
        {pr::kSentRepresentingName, pr::kSentRepresentingAddrType, pr::kSentRepresentingEmail, kSentRepresentingSmtp},
        p);
  }
  set_text(p, pr::kDisplayTo, display_list(headers.to));
  set_text(p, pr::kDisplayCc, display_list(headers.cc));
  set_text(p, pr::kDisplayBcc, display_list(headers.bcc));
  set_text(p, kReplyRecipientNames, display_list(headers.reply_to));
  if (headers.submitted) set_time(p, pr::kClientSubmitTime, *headers.submitted);
  if (headers.received) set_time(p, pr::kDeliveryTime, *headers.received);
  set_text(p, pr::kInternetMessageId, headers.message_id);
  set_text(p, pr::kInReplyTo, headers.in_reply_to);
  set_text(p, pr::kReferences, headers.references);
  p.push_back({pr::kImportance, std::nullopt, headers.importance});
  p.push_back({pr::kPriority, std::nullopt, headers.priority});
  p.push_back({pr::kSensitivity, std::nullopt, headers.sensitivity});
  set_text(p, pr::kTransportHeaders, headers.transport);
  add_recipients(headers.to, kRecipientTo, content);
  add_recipients(headers.cc, kRecipientCc, content);
  add_recipients(headers.bcc, kRecipientBcc, content);
}

std::optional<Timestamp> time_property(const PropertyList& properties, PropertyTag tag) {
  const Property* found = find_property(properties, tag);
  const auto* value = found == nullptr ? nullptr : std::get_if<std::int64_t>(&found->value);
  if (value == nullptr) return std::nullopt;
  return Timestamp(std::chrono::microseconds(unix_micros_from_filetime(*value)));
}

std::optional<std::int32_t> long_property(const PropertyList& properties, PropertyTag tag) {
  const Property* found = find_property(properties, tag);
  const auto* value = found == nullptr ? nullptr : std::get_if<std::int32_t>(&found->value);
  return value == nullptr ? std::nullopt : std::optional<std::int32_t>(*value);
}

}  // namespace mapisync::mime
