#include "providers/mapihttp/transport/url.h"

#include <curl/curl.h>

#include <memory>
#include <utility>

namespace mapisync::mapihttp {
namespace {

struct CloseUrl {
  void operator()(CURLU* url) const noexcept { ::curl_url_cleanup(url); }
};
using CurlUrl = std::unique_ptr<CURLU, CloseUrl>;

std::string part(const CurlUrl& url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (::curl_url_get(url.get(), which, &text, flags) != CURLUE_OK || text == nullptr) return {};
  std::string copy(text);
  ::curl_free(text);
  return copy;
}

Failure no_url(const char* why) { return fail(Errc::invalid_argument, Scope::process, Retry::never, why); }

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// By what is written: a name that resolves to 127.0.0.1 today may not tomorrow.
bool is_loopback(const std::string& host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.rfind("127.", 0) == 0 && host.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

Result<Url> Url::parse(const std::string& text) {
  const CurlUrl url(::curl_url());
  if (url == nullptr || ::curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return no_url("this is no URL of the form https://HOST/PATH");
  }
  const std::string scheme = part(url, CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") return no_url("the URL must begin with https://");
  if (!part(url, CURLUPART_USER).empty() || !part(url, CURLUPART_PASSWORD).empty()) {
    return no_url("the URL must not hold a user name or password");
  }
  ::curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  Url parsed;
  parsed.text_ = part(url, CURLUPART_URL);
  parsed.host_ = lower(part(url, CURLUPART_HOST));
  parsed.port_ = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  parsed.encrypted_ = scheme == "https";
  parsed.origin_ = scheme + "://" + parsed.host_ + ":" + parsed.port_;
  if (parsed.text_.empty() || parsed.host_.empty()) return no_url("the URL names no host");
  if (!parsed.encrypted_ && !is_loopback(parsed.host_)) {
    return no_url("the URL must begin with https://; http is for servers on this machine only");
  }
  return parsed;
}

Result<Url> Url::follow(const std::string& location) const {
  const CurlUrl url(::curl_url());
  const bool understood = url != nullptr && ::curl_url_set(url.get(), CURLUPART_URL, text_.c_str(), 0) == CURLUE_OK &&
                          ::curl_url_set(url.get(), CURLUPART_URL, location.c_str(), 0) == CURLUE_OK;
  if (!understood) {
    return fail(Errc::malformed, Scope::mailbox, Retry::never, "the server redirects to something that is no URL");
  }
  const std::string host = lower(part(url, CURLUPART_HOST)), scheme = part(url, CURLUPART_SCHEME);
  const std::string port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const bool same = host == host_ && (scheme == "https") == encrypted_ && port == port_;
  const bool safer = host == host_ && scheme == "https" && !encrypted_;
  if (!same && !safer) {
    return fail(Errc::unsupported, Scope::mailbox, Retry::never,
                "the server redirects to " + scheme + "://" + host + ":" + port +
                    ", which is not followed because credentials would go there; if that is right, name that URL");
  }
  return parse(part(url, CURLUPART_URL));
}

}  // namespace mapisync::mapihttp
