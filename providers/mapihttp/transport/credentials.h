// Who we are to the server, and how we say it. Values; one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/base/result.h"
#include "providers/mapihttp/transport/secret.h"

namespace mapisync::mapihttp {

/// ntlm and negotiate are left to libcurl and were never tried with a server (docs/limits.md).
enum class AuthScheme : std::uint8_t { basic, bearer, ntlm, negotiate };

/// The scheme as HTTP writes it ("Basic").
const char* name_of(AuthScheme scheme) noexcept;

/// A new token in place of one that the server refused. May fail; may take its time.
using TokenRenewal = std::function<Result<Secret>()>;

struct Credentials {
  AuthScheme scheme{AuthScheme::basic};
  std::string user;      // unused with bearer; negotiate: empty for the ticket cache
  Secret secret;         // password or token
  TokenRenewal renew{};  // bearer: asked after a 401, once a request; empty: there is none
};

/// Errc::invalid_argument for what HTTP cannot carry: line ends and other controls, a colon in a user name of Basic, a
/// token with blanks, nothing at all. Never shows what it refuses.
Result<void> check(const Credentials& credentials);

/// The value of an Authorization header for basic and bearer; empty for the others. `credentials` passed check().
Secret authorization(const Credentials& credentials);

}  // namespace mapisync::mapihttp
