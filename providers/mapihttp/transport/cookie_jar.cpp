#include "providers/mapihttp/transport/cookie_jar.h"

#include <algorithm>

namespace mapisync::mapihttp {
namespace {

/// Max-Age of zero or less: the server takes it back.
bool taken_back(std::string_view attributes) {
  while (!attributes.empty()) {
    const std::size_t end = std::min(attributes.find(';'), attributes.size());
    const std::string_view attribute = trimmed(attributes.substr(0, end));
    attributes.remove_prefix(std::min(end + 1, attributes.size()));
    const std::size_t equals = attribute.find('=');
    if (equals == std::string_view::npos || !same_name(trimmed(attribute.substr(0, equals)), "Max-Age")) continue;
    const std::string_view age = trimmed(attribute.substr(equals + 1));
    return age == "0" || age.substr(0, 1) == "-";
  }
  return false;
}

}  // namespace

Result<void> CookieJar::take(const HeaderList& headers) {
  for (const HeaderField& field : headers.fields()) {
    if (same_name(field.name, "Set-Cookie")) MAPISYNC_TRYV(take_one(field.value));
  }
  return success();
}

Result<void> CookieJar::take_one(std::string_view text) {
  const std::size_t end = std::min(text.find(';'), text.size());
  const std::string_view pair = text.substr(0, end);
  const std::size_t equals = pair.find('=');
  const std::string_view name = equals == std::string_view::npos ? std::string_view{} : trimmed(pair.substr(0, equals));
  if (name.empty()) return success();  // no cookie; browsers pass over it as well
  const std::string_view value = trimmed(pair.substr(equals + 1));
  std::erase_if(cookies_, [name](const Cookie& cookie) { return cookie.name == name; });
  if (value.empty() || taken_back(text.substr(std::min(end + 1, text.size())))) return success();
  std::size_t bytes = name.size() + value.size();
  for (const Cookie& cookie : cookies_) bytes += cookie.name.size() + cookie.value.size();
  if (cookies_.size() == kMostCookies || bytes > kMostBytes) {
    return fail(Errc::malformed, Scope::mailbox, Retry::later, "the server sets too many cookies, or too long ones");
  }
  cookies_.push_back({std::string(name), std::string(value), false});
  return success();
}

std::string CookieJar::header() const {
  std::string text;
  for (const Cookie& cookie : cookies_) {
    if (!text.empty()) text += "; ";
    text += cookie.name;
    text += '=';
    text += cookie.value;
  }
  return text;
}

void CookieJar::begin_context() noexcept {
  for (Cookie& cookie : cookies_) cookie.old = true;
}

void CookieJar::drop_old() noexcept {
  std::erase_if(cookies_, [](const Cookie& cookie) { return cookie.old; });
}

}  // namespace mapisync::mapihttp
