// Tries a server step by step: what works, what does not, and what to do about it. One caller at a time.
#pragma once

#include <string>
#include <vector>

#include "engine/ports/clock.h"
#include "providers/mapihttp/client/client_provider.h"

namespace mapisync::cli {

enum class CheckResult { good, failed, not_reached };

struct CheckStep {
  std::string name;  // "name", "connection", "TLS", "authentication", "mailbox address", "connect", "logon"...
  CheckResult result{CheckResult::not_reached};
  std::string told;    // what was found
  std::string remedy;  // where it failed
  std::optional<Failure> failure;
};

/// In order; after a step that failed the rest is not reached. Asks for nothing of the mailbox but names and counts.
std::vector<CheckStep> check_server(mapihttp::ClientProvider& provider, Clock& clock);

}  // namespace mapisync::cli
