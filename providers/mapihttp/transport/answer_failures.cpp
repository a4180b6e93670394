#include "providers/mapihttp/transport/answer_failures.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace mapisync::mapihttp {
namespace {

struct ResponseRow {
  std::uint32_t code;
  Errc errc;
  Retry retry;
  const char* text;
};

// 1 to 9 are not in here: there gromox counts otherwise.
constexpr ResponseRow kResponseRows[] = {
    {10, Errc::session_lost, Retry::now, "the server no longer knows the session"},
    {11, Errc::no_access, Retry::never, "no privilege"},
    {12, Errc::session_lost, Retry::later, "invalid request body"},
    {13, Errc::session_lost, Retry::now, "the session's cookie is missing"},
    {15, Errc::session_lost, Retry::now, "out of sequence"},
    {16, Errc::no_access, Retry::never, "the administrator has disabled MAPI/HTTP for this mailbox"},
    {17, Errc::session_lost, Retry::later, "the front end could not read the mailbox server's answer"},
    {18, Errc::session_lost, Retry::later, "the server is shutting down"},
};

struct StatusRow {
  std::uint32_t code;
  Errc errc;
  Scope scope;
  Retry retry;
  const char* name;
};

constexpr StatusRow kStatusRows[] = {
    {0x0000047D, Errc::too_big, Scope::batch, Retry::now, "ecBufferTooSmall"},
    {0x00000480, Errc::busy, Scope::folder, Retry::later, "ecServerBusy"},
    {0x000006BB, Errc::busy, Scope::folder, Retry::later, "RPC_S_SERVER_TOO_BUSY"},
    {0x000003EB, Errc::logon_failed, Scope::mailbox, Retry::never, "ecUnknownUser"},
    {0x000003F2, Errc::logon_failed, Scope::mailbox, Retry::never, "ecLoginFailure"},
    {0x000003F3, Errc::logon_failed, Scope::mailbox, Retry::never, "ecLoginPerm"},
    {0x00000478, Errc::logon_failed, Scope::mailbox, Retry::never, "ecWrongServer: look the address up again"},
    {0x000004B6, Errc::invalid_argument, Scope::batch, Retry::never, "ecRpcFormat"},
    {0x000004ED, Errc::invalid_argument, Scope::batch, Retry::never, "ecFmtError"},
    {0x000006F7, Errc::invalid_argument, Scope::batch, Retry::never, "RPC_X_BAD_STUB_DATA"},
    {0x80004005, Errc::call_failed, Scope::mailbox, Retry::later, "ecError"},
    {0x80040115, Errc::network, Scope::mailbox, Retry::later, "ecRpcFailed"},
    {0x80040111, Errc::logon_failed, Scope::mailbox, Retry::never, "MAPI_E_LOGON_FAILED"},
    {0x80070005, Errc::no_access, Scope::mailbox, Retry::never, "ecAccessDenied"},
    {0x8007000E, Errc::out_of_memory, Scope::mailbox, Retry::later, "ecMemory"},
};

Failure later(Errc code, std::string context) { return fail(code, Scope::mailbox, Retry::later, std::move(context)); }
Failure never(Errc code, std::string context) { return fail(code, Scope::mailbox, Retry::never, std::move(context)); }

std::chrono::milliseconds stated_wait(const HeaderList& headers) {
  constexpr std::uint32_t kMostSeconds = 3600;
  const std::string* value = headers.find("Retry-After");
  const std::optional<std::uint32_t> seconds = value == nullptr ? std::nullopt : parse_number(*value);
  return std::chrono::seconds{std::min(seconds.value_or(0), kMostSeconds)};
}

}  // namespace

std::optional<std::uint32_t> parse_number(std::string_view text) noexcept {
  std::uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

Failure http_status_failure(int status, const HeaderList& headers, const std::string& what) {
  const std::string context = what + ": HTTP status " + std::to_string(status);
  if (status == 429 || status == 503) {
    Failure failure = later(Errc::busy, context);
    failure.wait = stated_wait(headers);
    return failure;
  }
  if (status >= 500 && status != 501 && status != 505) return later(Errc::network, context);
  if (status == 403) return never(Errc::no_access, context + ": this user may not use this address");
  if (status == 404 || status == 410)
    return never(Errc::not_found, context + ": there is no such address; check the URL");
  if (status == 407) return never(Errc::logon_failed, context + ": the proxy asks for a logon, which is not supported");
  if (status == 413) return never(Errc::too_big, context + ": the server or a proxy refuses the request's size");
  if (status >= 200 && status < 300) return later(Errc::malformed, context + ": not an answer of MAPI/HTTP");
  return never(Errc::unsupported, context);
}

Failure response_code_failure(std::uint32_t code, const std::string& what) {
  const std::string context = what + ": X-ResponseCode " + std::to_string(code);
  for (const ResponseRow& row : kResponseRows) {
    if (row.code == code) return fail(row.errc, Scope::mailbox, row.retry, context + ", " + row.text);
  }
  return later(Errc::session_lost, context);
}

Failure status_code_failure(std::uint32_t code, const std::string& what) {
  for (const StatusRow& row : kStatusRows) {
    if (row.code == code) return fail(row.errc, row.scope, row.retry, what + ": " + row.name, code);
  }
  return fail(Errc::unclassified, Scope::mailbox, Retry::later, what, code);
}

}  // namespace mapisync::mapihttp
