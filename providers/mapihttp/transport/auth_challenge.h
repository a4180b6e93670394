// What a 401 offers, and what to tell the person who meets one. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "engine/base/failure.h"
#include "providers/mapihttp/transport/credentials.h"
#include "providers/mapihttp/transport/header_list.h"

namespace mapisync::mapihttp {

/// The schemes of all WWW-Authenticate headers, as written, each once.
std::vector<std::string> offered_schemes(const HeaderList& headers);

/// Errc::logon_failed, never repeated: repeated, it locks accounts. The context says what the server offers and what to
/// do; `channel_binding` is whether our libcurl could prove over which TLS connection it logs on, as Exchange asks for
/// by default with NTLM and Negotiate (Extended Protection).
Failure unauthorized(const HeaderList& headers, AuthScheme used, bool channel_binding);

}  // namespace mapisync::mapihttp
