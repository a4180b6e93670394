// From a mail address to the URL of the mailbox and the DN of its user. One thread.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "providers/mapihttp/transport/answer_reader.h"
#include "providers/mapihttp/transport/autodiscover_document.h"
#include "providers/mapihttp/transport/http_channel.h"

namespace mapisync::mapihttp {

/// Where the mailboxes of `address` may be asked for: at its domain, and at autodiscover. of it. Errc::invalid_argument
/// if it is no mail address.
Result<std::vector<std::string>> autodiscover_urls(const std::string& address);

class Autodiscover {
 public:
  /// Where to ask about an address; autodiscover_urls, or what somebody set by hand.
  using Places = std::function<Result<std::vector<std::string>>(const std::string& address)>;

  /// `channel` and `credentials` are borrowed until this object is destroyed.
  Autodiscover(HttpChannel& channel, const Credentials& credentials, Places places = autodiscover_urls)
      : channel_(channel), credentials_(credentials), places_(std::move(places)) {}

  /// Asks one place after the other; follows other addresses, and other URLs on the same host. A refused logon is not
  /// tried elsewhere. Otherwise the failure says what came of each place, without the address.
  Result<AutodiscoverAnswer> find(std::string address, const CallLimits& limits);

 private:
  Result<AutodiscoverAnswer> ask_places(const std::string& address, const CallLimits& limits);
  Result<AutodiscoverAnswer> ask(const std::string& place, const std::string& address, const CallLimits& limits);

  HttpChannel& channel_;
  const Credentials& credentials_;
  Places places_;
};

}  // namespace mapisync::mapihttp
