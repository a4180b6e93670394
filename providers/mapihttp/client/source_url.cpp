#include "providers/mapihttp/client/source_url.h"

#include <optional>
#include <string_view>

#include "providers/mapihttp/transport/url.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::string_view kEncrypted = "mapihttps:", kPlain = "mapihttp:";
constexpr std::string_view kMailbox = "mailbox=";
constexpr std::string_view kAutodiscoverPath = "/autodiscover/autodiscover.xml";

Failure unclear(std::string why) { return fail(Errc::invalid_argument, Scope::process, Retry::never, std::move(why)); }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// %40 and the like; nothing for what is no such thing, and for controls.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out.push_back(c);
  }
  return out;
}

}  // namespace

bool is_source_url(const std::string& text) noexcept {
  return text.starts_with(kEncrypted) || text.starts_with(kPlain);
}

Result<SourceUrl> parse_source_url(const std::string& text) {
  if (!is_source_url(text)) return unclear("a mailbox at a server is named mapihttps://HOST/?mailbox=ADDRESS");
  const std::string http = text.substr(4);  // "https://..."
  const std::size_t slashes = http.find("://");
  if (slashes == std::string::npos) return unclear("two slashes follow the colon: mapihttps://HOST/?mailbox=ADDRESS");
  const std::size_t path = http.find_first_of("/?", slashes + 3);
  const std::string origin = http.substr(0, path);
  const std::string rest = path == std::string::npos ? std::string() : http.substr(path);
  const std::size_t question = rest.find('?');
  const std::string_view query =
      question == std::string::npos ? std::string_view() : std::string_view(rest).substr(question + 1);
  SourceUrl out;
  if (query.starts_with(kMailbox) && (question == 0 || rest.starts_with("/?"))) {
    const auto address = decoded(query.substr(kMailbox.size()));
    if (!address || address->find('@') == std::string::npos) return unclear("mailbox= is followed by a mail address");
    out.address = *address;
    if (origin.size() == slashes + 3) return out;  // no host
    out.autodiscover = origin + std::string(kAutodiscoverPath);
    MAPISYNC_TRYV(Url::parse(out.autodiscover));
    return out;
  }
  if (rest.empty() || rest == "/") return unclear("which mailbox? mapihttps://HOST/?mailbox=ADDRESS");
  out.endpoint = http;
  MAPISYNC_TRYV(Url::parse(out.endpoint));
  return out;
}

}  // namespace mapisync::mapihttp
