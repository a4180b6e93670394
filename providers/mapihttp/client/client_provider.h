// A mailbox behind the ports, over MAPI/HTTP: no Outlook, no Windows.
//
// Each session is one context at the server with a connection of its own, and strictly serial; a provider may have
// several at a time. A session that was lost is never repaired: the next one ends its context at the server and begins
// anew. One thread for all of one session.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/ports/provider.h"
#include "providers/mapihttp/client/client_options.h"
#include "providers/mapihttp/client/mailbox_link.h"
#include "providers/mapihttp/client/rop_session.h"

namespace mapisync::mapihttp {

/// Where the mailbox is: what was configured, or looked up once.
struct Endpoint {
  std::string url;
  std::string user_dn;
};

/// What came of asking whether anybody is there.
struct Reached {
  HttpOutcome outcome;             // failure: none came
  std::string origin;              // who was asked
  int status{0};                   // of the answer
  std::optional<Failure> refused;  // it says that we may not come in
  std::string date;                // what time it is there, as HTTP writes it; empty: not told
};

class ClientProvider final : public Provider {
 public:
  /// `clock`, `random` and `stop` are borrowed until the provider and all that came from it are destroyed; a stop ends
  /// requests that are under way.
  ClientProvider(ClientOptions options, Credentials credentials, ChannelMaker channels, Clock& clock, Random& random,
                 const StopFlag& stop);
  ~ClientProvider() override;

  /// Looks the address up if need be, and connects.
  Result<std::unique_ptr<Session>> open_session() override;

  // The steps of open_session, one by one, for who wants to know which one fails.
  /// One empty request to where the first one would go: how far it comes. An answer of whatever kind will do.
  Reached reach();
  Result<Endpoint> find_endpoint();
  Result<std::shared_ptr<RopSession>> connect(const Endpoint& endpoint);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace mapisync::mapihttp
