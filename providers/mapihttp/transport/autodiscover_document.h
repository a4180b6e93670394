// The two documents of plain (POX) Autodiscover. [wire 9.1] Pure; any thread.
#pragma once

#include <cstddef>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync::mapihttp {

inline constexpr std::size_t kMostAutodiscoverBytes = 1U << 20U;

/// The question about the mailbox of `address`.
std::string autodiscover_request(const std::string& address);

/// One of three: settings (user_dn and a URL), another address to ask for, another URL to ask at.
struct AutodiscoverAnswer {
  std::string user_dn;                     // legacyExchangeDN
  std::string external_url, internal_url;  // of the mailbox; one may be empty
  std::string redirect_address;
  std::string redirect_url;

  const std::string& mailbox_url() const noexcept { return external_url.empty() ? internal_url : external_url; }
};

/// Errc::malformed for what is no such document; Errc::not_found if the server does not know the address;
/// Errc::unsupported if it knows it and has no MAPI/HTTP for it. Scope::mailbox, Retry::never. Neither entities nor
/// external parts are read.
Result<AutodiscoverAnswer> parse_autodiscover(BytesView document);

}  // namespace mapisync::mapihttp
