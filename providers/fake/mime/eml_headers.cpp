#include "providers/fake/mime/eml_headers.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/base/time.h"
#include "providers/fake/mime/charset.h"
#include "providers/fake/mime/message_properties.h"

namespace mapisync::mime {
namespace {

constexpr std::size_t kValueMax = std::size_t{1} << 20U;

/// One line, no NUL: nothing that a value holds can become a header of its own.
std::string line_of(const PropertyList& properties, PropertyTag tag) {
  std::string text = text_or_empty(properties, tag, kValueMax);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  return text;
}

bool starts_with_field(std::string_view line, std::string_view name) {
  return line.size() >= name.size() && g_ascii_strncasecmp(line.data(), name.data(), name.size()) == 0;
}

/// Takes the fields out that describe the old body, with their continuation lines, and whatever is no header.
std::string without_body_fields(const std::string& block) {
  std::string kept;
  bool keep = false;
  std::string_view rest = block;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    const bool continues = line.front() == ' ' || line.front() == '\t';
    if (!continues) {
      keep = line.find(':') != std::string_view::npos && !starts_with_field(line, "Content-") &&
             !starts_with_field(line, "MIME-Version:");
    }
    if (keep) kept.append(line).push_back('\n');
  }
  std::replace(kept.begin(), kept.end(), '\0', ' ');
  return kept;
}

ObjectHandle<GMimeMessage> parsed(const std::string& block) {
  const ParserOptionsHandle options = make_parser_options();
  const std::string text = block + "\n";
  const ObjectHandle<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(text.data(), text.size()));
  const ObjectHandle<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  return ObjectHandle<GMimeMessage>(g_mime_parser_construct_message(parser.get(), options.get()));
}

void set(GMimeMessage* message, const char* name, const std::string& value) {
  if (!value.empty()) g_mime_object_set_header(GMIME_OBJECT(message), name, value.c_str(), "utf-8");
}

void add_address(GMimeMessage* message, GMimeAddressType type, const std::string& name, const std::string& address) {
  if (name.empty() && address.empty()) return;
  const bool plain = name.empty() || name == address;
  g_mime_message_add_mailbox(message, type, plain ? nullptr : name.c_str(), address.c_str());
}

void add_senders(GMimeMessage* message, const PropertyList& p) {
  const auto address = [&p](PropertyTag smtp, PropertyTag email) {
    std::string text = line_of(p, smtp);
    return text.empty() ? line_of(p, email) : text;
  };
  const std::string sender = address(pr::kSenderSmtp, pr::kSenderEmail);
  std::string from = address(kSentRepresentingSmtp, pr::kSentRepresentingEmail);
  std::string from_name = line_of(p, pr::kSentRepresentingName);
  if (from.empty() && from_name.empty()) {
    from = sender;
    from_name = line_of(p, pr::kSenderName);
  }
  add_address(message, GMIME_ADDRESS_TYPE_FROM, from_name, from);
  if (!sender.empty() && sender != from)
    add_address(message, GMIME_ADDRESS_TYPE_SENDER, line_of(p, pr::kSenderName), sender);
}

void add_recipients(GMimeMessage* message, const MessageContent& content) {
  for (const Recipient& recipient : content.recipients) {
    const PropertyList& p = recipient.properties;
    std::string address = line_of(p, pr::kSmtpAddress);
    if (address.empty()) address = line_of(p, pr::kEmailAddress);
    const std::int32_t type = long_property(p, pr::kRecipientType).value_or(kRecipientTo);
    const GMimeAddressType role = type == kRecipientCc    ? GMIME_ADDRESS_TYPE_CC
                                  : type == kRecipientBcc ? GMIME_ADDRESS_TYPE_BCC
                                                          : GMIME_ADDRESS_TYPE_TO;
    add_address(message, role, line_of(p, pr::kDisplayName), address);
  }
}

ObjectHandle<GMimeMessage> made_of_properties(const MessageContent& content) {
  ObjectHandle<GMimeMessage> message(g_mime_message_new(TRUE));
  const PropertyList& p = content.properties;
  add_senders(message.get(), p);
  add_recipients(message.get(), content);
  g_mime_message_set_subject(message.get(), line_of(p, pr::kSubject).c_str(), "utf-8");
  std::optional<Timestamp> time = time_property(p, pr::kClientSubmitTime);
  if (!time) time = time_property(p, pr::kDeliveryTime);
  if (time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count();
    const DateHandle date(g_date_time_new_from_unix_utc(seconds));
    if (date) g_mime_message_set_date(message.get(), date.get());
  }
  set(message.get(), "Message-Id", line_of(p, pr::kInternetMessageId));
  set(message.get(), "In-Reply-To", line_of(p, pr::kInReplyTo));
  set(message.get(), "References", line_of(p, pr::kReferences));
  const std::int32_t importance = long_property(p, pr::kImportance).value_or(1);
  if (importance != 1) set(message.get(), "Importance", importance == 2 ? "high" : "low");
  return message;
}

}  // namespace

ObjectHandle<GMimeMessage> message_with_headers(const MessageContent& content) {
  start_gmime();
  const std::string block = without_body_fields(text_or_empty(content.properties, pr::kTransportHeaders, kValueMax));
  ObjectHandle<GMimeMessage> message = block.empty() ? nullptr : parsed(block);
  if (!message) message = made_of_properties(content);
  g_mime_object_set_header(GMIME_OBJECT(message.get()), "MIME-Version", "1.0", nullptr);
  return message;
}

std::string mime_charset_name(std::int32_t codepage) {
  struct Row {
    std::int32_t codepage;
    const char* name;
  };
  static constexpr Row kRows[] = {{932, "shift_jis"}, {949, "ks_c_5601-1987"}, {951, "big5-hkscs"},
                                  {51949, "euc-kr"},  {50220, "iso-2022-jp"},  {38598, "iso-8859-8-i"},
                                  {936, "gb2312"},    {874, "windows-874"},    {10007, "x-mac-cyrillic"}};
  for (const Row& row : kRows) {
    if (row.codepage == codepage) return row.name;
  }
  const std::optional<Charset> charset = charset_of_codepage(codepage);
  if (!charset) return "utf-8";
  std::string name = charset->iconv_name;
  if (name.starts_with("CP125")) return "windows-" + name.substr(2);
  if (name.starts_with("CP")) return "ibm" + name.substr(2);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return g_ascii_tolower(c); });
  return name;
}

}  // namespace mapisync::mime
