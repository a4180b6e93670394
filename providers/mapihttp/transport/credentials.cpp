#include "providers/mapihttp/transport/credentials.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace mapisync::mapihttp {
namespace {

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

/// Base64 of RFC 4648, straight into a secret.
void append_base64(std::string_view text, Secret& out) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<char, 4> group{};
  for (std::size_t i = 0; i < text.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, text.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8U | (k < count ? static_cast<unsigned char>(text[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) group[k] = k <= count ? kDigits[bits >> (18U - 6U * k) & 63U] : '=';
    out.append({group.data(), group.size()});
  }
  wipe(group.data(), group.size());
}

Failure unusable(const char* why) { return fail(Errc::invalid_argument, Scope::process, Retry::never, why); }

}  // namespace

const char* name_of(AuthScheme scheme) noexcept {
  switch (scheme) {
    case AuthScheme::basic: return "Basic";
    case AuthScheme::bearer: return "Bearer";
    case AuthScheme::ntlm: return "NTLM";
    case AuthScheme::negotiate: return "Negotiate";
  }
  return "unknown";
}

Result<void> check(const Credentials& credentials) {
  const std::string_view secret = credentials.secret.reveal();
  if (has_controls(credentials.user)) return unusable("the user name holds control characters");
  if (has_controls(secret)) return unusable("the password or token holds control characters, perhaps a line end");
  switch (credentials.scheme) {
    case AuthScheme::basic:
      if (credentials.user.empty()) return unusable("Basic authentication needs a user name");
      if (credentials.user.find(':') != std::string::npos)
        return unusable("a user name for Basic must not hold a colon");
      break;
    case AuthScheme::bearer:
      if (secret.empty()) return unusable("the token is empty");
      if (secret.find(' ') != std::string_view::npos) return unusable("the token holds blanks");
      break;
    case AuthScheme::ntlm:
      if (credentials.user.empty()) return unusable("NTLM needs a user name");
      break;
    case AuthScheme::negotiate: break;
  }
  return success();
}

Secret authorization(const Credentials& credentials) {
  Secret value;
  if (credentials.scheme == AuthScheme::basic) {
    Secret pair{credentials.user};
    pair.append(":");
    pair.append(credentials.secret.reveal());
    value.append("Basic ");
    append_base64(pair.reveal(), value);
  } else if (credentials.scheme == AuthScheme::bearer) {
    value.append("Bearer ");
    value.append(credentials.secret.reveal());
  }
  return value;
}

}  // namespace mapisync::mapihttp
