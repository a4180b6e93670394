#include "providers/mapihttp/transport/auth_challenge.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace mapisync::mapihttp {
namespace {

bool holds(const std::vector<std::string>& schemes, std::string_view name) {
  return std::any_of(schemes.begin(), schemes.end(),
                     [name](const std::string& scheme) { return same_name(scheme, name); });
}

/// Up to the next comma outside quotes.
std::string_view next_element(std::string_view& rest) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest.size() && (quoted || rest[end] != ','); ++end) {
    if (rest[end] == '"') quoted = !quoted;
    if (quoted && rest[end] == '\\') ++end;
  }
  end = std::min(end, rest.size());
  const std::string_view element = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return element;
}

/// `Negotiate, NTLM, Basic realm="a, b", charset="UTF-8"`: an element that is no parameter of the one before begins
/// with a scheme.
void add_schemes(std::string_view value, std::vector<std::string>& schemes) {
  while (!value.empty()) {
    std::string_view element = next_element(value);
    element.remove_prefix(std::min(element.find_first_not_of(" \t"), element.size()));
    const std::string_view word = element.substr(0, element.find_first_of(" \t"));
    const bool parameter = word.find('=') != std::string_view::npos;
    if (!word.empty() && word.size() <= 40 && !parameter && !holds(schemes, word)) schemes.emplace_back(word);
  }
}

std::string listed(const std::vector<std::string>& schemes) {
  std::string text;
  for (const std::string& scheme : schemes) text += (text.empty() ? "" : ", ") + scheme;
  return text;
}

bool of_windows(const std::string& scheme) { return same_name(scheme, "NTLM") || same_name(scheme, "Negotiate"); }

const char* kRemedy =
    "have Basic (over TLS) or OAuth enabled for the MAPI virtual directory, and use a password with Basic or a token";

}  // namespace

std::vector<std::string> offered_schemes(const HeaderList& headers) {
  std::vector<std::string> schemes;
  for (const HeaderField& field : headers.fields()) {
    if (same_name(field.name, "WWW-Authenticate") && schemes.size() < 20) add_schemes(field.value, schemes);
  }
  return schemes;
}

Failure unauthorized(const HeaderList& headers, AuthScheme used, bool channel_binding) {
  const std::vector<std::string> offered = offered_schemes(headers);
  const bool windows_used = used == AuthScheme::ntlm || used == AuthScheme::negotiate;
  const bool windows_only = !offered.empty() && std::all_of(offered.begin(), offered.end(), of_windows);
  std::string context;
  if (offered.empty()) {
    context = "the server refuses the logon and names no way to authenticate";
  } else if (holds(offered, name_of(used))) {
    context = used == AuthScheme::bearer
                  ? "the server refuses the token"
                  : "the server refuses user name or password, or this user may not use MAPI/HTTP";
  } else {
    context = std::string("the server does not offer ") + name_of(used) + "; it offers " + listed(offered);
  }
  if (windows_used && !channel_binding) {
    context +=
        ". Current Exchange asks for channel binding (Extended Protection) with NTLM and Negotiate, which this "
        "libcurl cannot do: ";
    context += kRemedy;
  } else if (windows_only && !windows_used) {
    context += ", which by default ask for channel binding (Extended Protection) on current Exchange";
    context += channel_binding ? "" : ", and this libcurl cannot do that";
    context += ": ";
    context += kRemedy;
  }
  return fail(Errc::logon_failed, Scope::mailbox, Retry::never, std::move(context));
}

}  // namespace mapisync::mapihttp
