#include "providers/fake/mime/message_headers.h"

#include <algorithm>
#include <cctype>

#include "providers/fake/mime/ascii.h"
#include "providers/fake/mime/charset.h"
#include "providers/fake/mime/encoded_words.h"
#include "providers/fake/mime/gmime_handle.h"
#include "providers/fake/mime/utf8.h"

namespace mapisync::mime {
namespace {

std::string trimmed(std::string text) {
  const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), space));
  text.erase(std::find_if_not(text.rbegin(), text.rend(), space).base(), text.end());
  return text;
}

GMimeHeader* find_header(GMimeObject* object, const char* name) {
  return g_mime_header_list_get_header(g_mime_object_get_header_list(object), name);
}

std::string raw_value(GMimeHeader* header) {
  return header == nullptr ? std::string() : text_of(g_mime_header_get_raw_value(header));
}

class Reader {
 public:
  Reader(GMimeMessage* message, GMimeParserOptions* options, const ConversionLimits& limits, DefectLog& log)
      : message_(message), options_(options), limits_(limits), log_(log) {}

  std::string text(const char* name) {
    GMimeHeader* header = find_header(GMIME_OBJECT(message_), name);
    bool broken = false;
    std::string value = trimmed(decode_header_text(raw_value(header), &broken));
    if (broken) log_.note(Defect::broken_encoded_word, std::string("header ") + name);
    return cut_utf8(std::move(value), limits_.header_text_bytes);
  }

  std::vector<Address> addresses(const char* name) {
    std::vector<Address> found;
    GMimeHeaderList* list = g_mime_object_get_header_list(GMIME_OBJECT(message_));
    const int count = g_mime_header_list_get_count(list);
    for (int i = 0; i < count; ++i) {
      GMimeHeader* header = g_mime_header_list_get_header_at(list, i);
      if (g_ascii_strcasecmp(g_mime_header_get_name(header), name) != 0) continue;
      bool broken = false;
      const std::string value = repack_encoded_words(raw_value(header), &broken);
      if (broken) log_.note(Defect::broken_encoded_word, std::string("header ") + name);
      const ObjectHandle<InternetAddressList> parsed(internet_address_list_parse(options_, value.c_str()));
      if (parsed != nullptr) collect(parsed.get(), found, 0);
    }
    return found;
  }

  /// The first mailbox; where nothing parses, what is written there is better than nobody.
  std::optional<Address> first_address(const char* name) {
    std::vector<Address> all = addresses(name);
    if (!all.empty()) return std::move(all.front());
    Address address{text(name), {}};
    if (address.name.empty()) return std::nullopt;
    const std::size_t at = address.name.find('@');
    if (at != std::string::npos) {
      const std::size_t blank = address.name.find_last_of(" <", at);
      const std::size_t begin = blank == std::string::npos ? 0 : blank + 1;
      address.address = address.name.substr(begin, address.name.find_first_of(" >", at) - begin);
    }
    return address;
  }

  std::optional<Timestamp> submitted() {
    const std::string value = trimmed(text("Date"));
    if (value.empty()) {
      log_.note(Defect::missing_date);
      return std::nullopt;
    }
    const std::optional<Timestamp> date = parse_date(value);
    if (!date) log_.note(Defect::bad_date);
    return date;
  }

  std::optional<Timestamp> received() {
    const std::string value = text("Received");
    const std::size_t semicolon = value.rfind(';');
    if (semicolon == std::string::npos) return std::nullopt;
    return parse_date(value.substr(semicolon + 1));
  }

 private:
  // Groups hold no groups in mail; the depth is bounded all the same.
  void collect(InternetAddressList* list, std::vector<Address>& found, int depth) {
    const int count = internet_address_list_length(list);
    for (int i = 0; i < count && found.size() < limits_.recipients; ++i) {
      InternetAddress* entry = internet_address_list_get_address(list, i);
      if (INTERNET_ADDRESS_IS_GROUP(entry)) {
        if (depth < 4) collect(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(entry)), found, depth + 1);
      } else if (INTERNET_ADDRESS_IS_MAILBOX(entry)) {
        Address address;
        address.name = clean(internet_address_get_name(entry));
        address.address = clean(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(entry)));
        if (address.name.empty()) address.name = address.address;
        if (!address.name.empty()) found.push_back(std::move(address));
      }
    }
  }
  std::string clean(const char* value) {
    return cut_utf8(trimmed(decode_header_text(text_of(value))), limits_.header_text_bytes);
  }

  GMimeMessage* message_;
  GMimeParserOptions* options_;
  const ConversionLimits& limits_;
  DefectLog& log_;
};

std::int32_t importance_of(Reader& reader) {
  const std::string importance = lower_ascii(trimmed(reader.text("Importance")));
  if (importance == "high") return 2;
  if (importance == "low") return 0;
  if (!importance.empty()) return 1;
  for (const char* name : {"X-Priority", "X-MSMail-Priority", "Priority"}) {
    const std::string value = lower_ascii(trimmed(reader.text(name)));
    if (value.empty()) continue;
    if (value.front() == '1' || value.front() == '2' || value.starts_with("high") || value == "urgent") return 2;
    if (value.front() == '4' || value.front() == '5' || value.starts_with("low") || value == "non-urgent") return 0;
    return 1;
  }
  return 1;
}

std::int32_t sensitivity_of(Reader& reader) {
  const std::string value = lower_ascii(trimmed(reader.text("Sensitivity")));
  if (value == "personal") return 1;
  if (value == "private") return 2;
  return value == "company-confidential" ? 3 : 0;
}

}  // namespace

std::string header_value(GMimeObject* object, const char* name) {
  return trimmed(decode_header_text(raw_value(find_header(object, name))));
}

std::string normalized_subject(std::string_view subject) {
  std::size_t letters = 0;
  while (letters < subject.size() && letters < 4 && subject[letters] != ':' && subject[letters] != ' ') ++letters;
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  const bool prefix = letters >= 1 && letters <= 3 && letters + 1 < subject.size() && subject[letters] == ':' &&
                      subject[letters + 1] == ' ' &&
                      std::all_of(subject.begin(), subject.begin() + static_cast<std::ptrdiff_t>(letters), letter);
  if (!prefix) return std::string(subject);
  subject.remove_prefix(letters + 1);
  while (!subject.empty() && subject.front() == ' ') subject.remove_prefix(1);
  return std::string(subject);
}

std::optional<Timestamp> parse_date(const std::string& value) {
  start_gmime();
  if (value.size() > 1024) return std::nullopt;
  const DateHandle date(g_mime_utils_header_decode_date(value.c_str()));
  if (date == nullptr) return std::nullopt;
  constexpr std::int64_t kFirst = -11'644'473'600, kLast = 253'402'300'799;  // 1601 and the end of 9999
  const std::int64_t seconds = g_date_time_to_unix(date.get());
  if (seconds < kFirst || seconds > kLast) return std::nullopt;
  return Timestamp(std::chrono::seconds(seconds));
}

MessageHeaders read_headers(GMimeMessage* message, GMimeParserOptions* options, const ConversionLimits& limits,
                            DefectLog& log) {
  Reader reader(message, options, limits, log);
  MessageHeaders headers;
  const TextHandle block(g_mime_object_get_headers(GMIME_OBJECT(message), nullptr));
  const std::string raw = text_of(block.get());
  if (!is_valid_utf8(raw)) log.note(Defect::raw_8bit_header);
  headers.transport = cut_utf8(decode_text(raw, guess_charset(raw)).utf8, limits.header_text_bytes);
  headers.subject = reader.text("Subject");
  headers.message_id = reader.text("Message-Id");
  headers.in_reply_to = reader.text("In-Reply-To");
  headers.references = reader.text("References");
  headers.from = reader.first_address("From");
  headers.sender = reader.first_address("Sender");
  if (!headers.from && !headers.sender) log.note(Defect::missing_from);
  headers.reply_to = reader.addresses("Reply-To");
  headers.to = reader.addresses("To");
  headers.cc = reader.addresses("Cc");
  headers.bcc = reader.addresses("Bcc");
  headers.submitted = reader.submitted();
  headers.received = reader.received();
  headers.importance = importance_of(reader);
  headers.priority = headers.importance - 1;
  headers.sensitivity = sensitivity_of(reader);
  return headers;
}

}  // namespace mapisync::mime
