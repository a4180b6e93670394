// What the codes of an answer mean, said once, from the outside in: HTTP status, X-ResponseCode, StatusCode and
// ErrorCode of the body. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/failure.h"
#include "providers/mapihttp/transport/header_list.h"

namespace mapisync::mapihttp {

/// A status that is neither 200, 401 nor a redirect. Retry-After becomes Failure::wait, an hour at most.
Failure http_status_failure(int status, const HeaderList& headers, const std::string& what);

/// X-ResponseCode other than 0. All of them lose the session: gromox counts otherwise than Exchange, so that small
/// numbers are not told apart. [wire 1.3]
Failure response_code_failure(std::uint32_t code, const std::string& what);

/// StatusCode or ErrorCode of a body other than 0: what Connect and Execute as a whole may answer, ecServerBusy (0x480)
/// and RPC_S_SERVER_TOO_BUSY among them. Busy keeps the session: the same request may be sent again.
Failure status_code_failure(std::uint32_t code, const std::string& what);

/// Decimal digits and nothing else; no value beyond 32 bits.
std::optional<std::uint32_t> parse_number(std::string_view text) noexcept;

}  // namespace mapisync::mapihttp
