// A mailbox as it is named on a command line or in a configuration. Pure; any thread.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace mapisync::mapihttp {

/// Either an address to look up, and where; or the endpoint itself.
struct SourceUrl {
  std::string address;       // of the mailbox; empty with an endpoint
  std::string autodiscover;  // the URL to ask at; empty: those of the address's domain
  std::string endpoint;      // .../mapi/emsmdb/?MailboxId=...
};

/// Whether it begins as such a name does.
bool is_source_url(const std::string& text) noexcept;

/// `mapihttps://HOST/?mailbox=ADDRESS` asks HOST where the mailbox is; without HOST the servers of the address's domain
/// are asked. `mapihttps://HOST/mapi/emsmdb/?MailboxId=ID` is the mailbox itself. `mapihttp://` is for loopback
/// addresses. Errc::invalid_argument, saying what is wrong, for anything else.
Result<SourceUrl> parse_source_url(const std::string& text);

}  // namespace mapisync::mapihttp
