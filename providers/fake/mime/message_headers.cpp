#include "providers/fake/mime/message_headers.h"

#include <algorithm>
#include <cctype>

#include "providers/fake/mime/charset.h"
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

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return text;
}

/// Line ends of folding are no text.
std::string unfolded(std::string text) {
  std::string out;
  for (const char c : text) {
    if (c != '\r' && c != '\n') out.push_back(c);
  }
  return out;
}

GMimeHeader* find_header(GMimeObject* object, const char* name) {
  return g_mime_header_list_get_header(g_mime_object_get_header_list(object), name);
}

bool looks_encoded(std::string_view text) {
  const std::size_t begin = text.find("=?");
  return begin != std::string_view::npos && text.find("?=", begin + 2) != std::string_view::npos;
}

/// An encoded word whose charset nobody knows. "=?" in plain text is no word: a charset has no blanks.
bool names_unknown_charset(std::string_view raw) {
  for (std::size_t at = raw.find("=?"); at != std::string_view::npos; at = raw.find("=?", at + 2)) {
    const std::string_view word = raw.substr(at + 2, 64);
    const std::string_view name = word.substr(0, word.find_first_of("?* \t\r\n"));
    if (name.size() == word.size() || word[name.size()] != '?' || name.empty()) continue;
    const std::string_view rest = word.substr(name.size() + 1);
    const bool is_word =
        rest.size() > 2 && rest[1] == '?' && std::string_view("qQbB").find(rest[0]) != std::string_view::npos;
    if (is_word && !find_charset(name) && !is_placeholder_charset(name)) return true;
  }
  return false;
}

class Reader {
 public:
  Reader(GMimeMessage* message, GMimeParserOptions* options, const ConversionLimits& limits, DefectLog& log)
      : message_(message), options_(options), limits_(limits), log_(log) {}

  std::string text(const char* name) {
    std::string value = message_header_value(message_, name);
    GMimeHeader* header = find_header(GMIME_OBJECT(message_), name);
    const std::string raw = header == nullptr ? std::string() : text_of(g_mime_header_get_raw_value(header));
    if (looks_encoded(value) || names_unknown_charset(raw)) {
      log_.note(Defect::broken_encoded_word, std::string("header ") + name);
    }
    return cut_utf8(std::move(value), limits_.header_text_bytes);
  }

  std::vector<Address> addresses(const char* name) {
    std::vector<Address> found;
    GMimeHeaderList* list = g_mime_object_get_header_list(GMIME_OBJECT(message_));
    const int count = g_mime_header_list_get_count(list);
    for (int i = 0; i < count; ++i) {
      GMimeHeader* header = g_mime_header_list_get_header_at(list, i);
      if (g_ascii_strcasecmp(g_mime_header_get_name(header), name) != 0) continue;
      const char* raw = g_mime_header_get_raw_value(header);
      if (raw == nullptr) continue;
      if (names_unknown_charset(raw)) log_.note(Defect::broken_encoded_word, std::string("header ") + name);
      const ObjectHandle<InternetAddressList> parsed(internet_address_list_parse(options_, raw));
      if (parsed != nullptr) collect(parsed.get(), found, 0);
    }
    return found;
  }

  std::optional<Address> first_address(const char* name) {
    std::vector<Address> all = addresses(name);
    if (all.empty()) return std::nullopt;
    return std::move(all.front());
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
        if (looks_encoded(address.name)) log_.note(Defect::broken_encoded_word, "an address");
        if (address.name.empty()) address.name = address.address;
        if (!address.name.empty()) found.push_back(std::move(address));
      }
    }
  }
  std::string clean(const char* value) {
    return cut_utf8(trimmed(to_valid_utf8(unfolded(text_of(value)))), limits_.header_text_bytes);
  }

  GMimeMessage* message_;
  GMimeParserOptions* options_;
  const ConversionLimits& limits_;
  DefectLog& log_;
};

std::int32_t importance_of(Reader& reader) {
  const std::string importance = lower(trimmed(reader.text("Importance")));
  if (importance == "high") return 2;
  if (importance == "low") return 0;
  if (!importance.empty()) return 1;
  for (const char* name : {"X-Priority", "X-MSMail-Priority", "Priority"}) {
    const std::string value = lower(trimmed(reader.text(name)));
    if (value.empty()) continue;
    if (value.front() == '1' || value.front() == '2' || value.starts_with("high") || value == "urgent") return 2;
    if (value.front() == '4' || value.front() == '5' || value.starts_with("low") || value == "non-urgent") return 0;
    return 1;
  }
  return 1;
}

std::int32_t sensitivity_of(Reader& reader) {
  const std::string value = lower(trimmed(reader.text("Sensitivity")));
  if (value == "personal") return 1;
  if (value == "private") return 2;
  return value == "company-confidential" ? 3 : 0;
}

}  // namespace

std::string header_value(GMimeObject* object, const char* name) {
  GMimeHeader* header = find_header(object, name);
  if (header == nullptr) return {};
  return trimmed(to_valid_utf8(unfolded(text_of(g_mime_header_get_value(header)))));
}

std::string message_header_value(GMimeMessage* message, const char* name) {
  std::string value = header_value(GMIME_OBJECT(message), name);
  GMimeObject* part = g_mime_message_get_mime_part(message);
  if (value.empty() && part != nullptr) value = header_value(part, name);
  return value;
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
