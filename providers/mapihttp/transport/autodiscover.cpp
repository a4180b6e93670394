#include "providers/mapihttp/transport/autodiscover.h"

#include <algorithm>
#include <utility>

#include "providers/mapihttp/transport/answer_failures.h"
#include "providers/mapihttp/transport/auth_challenge.h"
#include "providers/mapihttp/transport/url.h"

namespace mapisync::mapihttp {
namespace {

constexpr int kMostHops = 5;

/// Keeps a document of bounded size.
class DocumentReader final : public HttpReceiver {
 public:
  Result<void> head(int status, const HeaderList& headers) override {
    status_ = status;
    headers_ = headers;
    return success();
  }
  Result<void> data(BytesView piece) override {
    if (piece.size() > kMostAutodiscoverBytes - document_.size()) {
      return fail(Errc::malformed, Scope::mailbox, Retry::never, "Autodiscover: the answer is too large");
    }
    document_ += piece;
    return success();
  }
  Duration patience() const override { return Patience{}.before_answer; }

  int status() const noexcept { return status_; }
  const HeaderList& headers() const noexcept { return headers_; }
  const Bytes& document() const noexcept { return document_; }

 private:
  int status_{0};
  HeaderList headers_;
  Bytes document_;
};

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && text.front() != '.' && text.back() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

/// Nothing that another place could answer better.
bool is_final(const Failure& failure) {
  return failure.errc() == Errc::logon_failed || failure.errc() == Errc::cancelled || failure.scope == Scope::process;
}

Failure endless() {
  return fail(Errc::malformed, Scope::mailbox, Retry::never, "Autodiscover: the servers redirect again and again");
}

}  // namespace

Result<std::vector<std::string>> autodiscover_urls(const std::string& address) {
  const std::size_t at = address.rfind('@');
  const bool plain = std::none_of(address.begin(), address.end(), [](char c) { return c >= 0 && c <= ' '; });
  if (at == std::string::npos || at == 0 || !plain || !is_host_name(std::string_view(address).substr(at + 1))) {
    return fail(Errc::invalid_argument, Scope::process, Retry::never, "Autodiscover needs a mail address, name@domain");
  }
  const std::string domain = address.substr(at + 1), path = "/autodiscover/autodiscover.xml";
  return std::vector<std::string>{"https://" + domain + path, "https://autodiscover." + domain + path};
}

Result<AutodiscoverAnswer> Autodiscover::find(std::string address, const CallLimits& limits) {
  for (int hop = 0; hop < kMostHops; ++hop) {
    MAPISYNC_TRY(answer, ask_places(address, limits));
    if (answer.redirect_address.empty()) return std::move(answer);
    address = std::move(answer.redirect_address);
  }
  return endless();
}

Result<AutodiscoverAnswer> Autodiscover::ask_places(const std::string& address, const CallLimits& limits) {
  MAPISYNC_TRY(places, places_(address));
  Failure all = fail(Errc::not_found, Scope::mailbox, Retry::never, "Autodiscover found no server");
  for (const std::string& place : places) {
    auto answer = ask(place, address, limits);
    if (answer || is_final(answer.error())) return answer;
    if (answer.error().retry != Retry::never) all.retry = Retry::later;
    auto url = Url::parse(place);
    all.context += "; " + (url ? url.value().origin() : place) + ": " + answer.error().to_string();
  }
  return all;
}

Result<AutodiscoverAnswer> Autodiscover::ask(const std::string& place, const std::string& address,
                                             const CallLimits& limits) {
  HeaderList headers;
  headers.add("Content-Type", "text/xml; charset=utf-8");
  headers.add("X-MapiHttpCapability", "1");
  if (credentials_.scheme == AuthScheme::negotiate) headers.add("X-ClientCanHandle", "Negotiate");
  const std::string body = autodiscover_request(address);
  MAPISYNC_TRY(url, Url::parse(place));
  for (int hop = 0; hop < kMostHops; ++hop) {
    DocumentReader reader;
    const HttpRequest request{url.text(), headers, body, credentials_, false};
    HttpOutcome outcome = channel_.post(request, reader, limits);
    if (outcome.failure) return std::move(*outcome.failure);
    const int status = reader.status();
    std::string next;
    if (status == 401) return unauthorized(reader.headers(), credentials_.scheme, channel_.channel_binding());
    if (status >= 301 && status <= 308) {
      const std::string* location = reader.headers().find("Location");
      next = location == nullptr ? std::string() : *location;
    } else if (status != 200) {
      return http_status_failure(status, reader.headers(), "Autodiscover");
    } else {
      MAPISYNC_TRY(answer, parse_autodiscover(reader.document()));
      if (answer.redirect_url.empty()) return std::move(answer);
      next = answer.redirect_url;
    }
    MAPISYNC_TRY(other, url.follow(next));
    url = std::move(other);
  }
  return endless();
}

}  // namespace mapisync::mapihttp
