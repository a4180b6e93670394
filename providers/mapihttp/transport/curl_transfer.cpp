#include "providers/mapihttp/transport/curl_transfer.h"

#include <algorithm>
#include <utility>

#include "providers/mapihttp/transport/answer_failures.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::uint32_t kMostAnswers = 50;  // legs of an authentication, and 1xx

/// libcurl gave up before it had a connection to send anything over.
bool before_sending(CURLcode code) noexcept {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return true;
    default: return false;
  }
}

Hop hop_of(CURLcode code) noexcept {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST: return Hop::address;
    case CURLE_COULDNT_CONNECT: return Hop::connection;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return Hop::tls;
    default: return Hop::answer;
  }
}

Failure curl_failure(CURLcode code, const std::string& detail) {
  const std::string text = detail.empty() ? ::curl_easy_strerror(code) : detail;
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return fail(Errc::network, Scope::mailbox, Retry::never,
                  "the server's certificate does not prove that it is this server (" + text +
                      "); if its authority is your own, give its certificate as CA file");
    case CURLE_SSL_CACERT_BADFILE:
      return fail(Errc::invalid_argument, Scope::process, Retry::never, "the CA file cannot be used: " + text);
    case CURLE_OPERATION_TIMEDOUT: return fail(Errc::timeout, Scope::mailbox, Retry::later, text);
    case CURLE_OUT_OF_MEMORY: return fail(Errc::out_of_memory, Scope::process, Retry::later, text);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return fail(Errc::invalid_argument, Scope::process, Retry::never, text);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING: return fail(Errc::malformed, Scope::mailbox, Retry::later, text);
    default: return fail(Errc::network, Scope::mailbox, Retry::later, text);
  }
}

/// "HTTP/1.1 200 OK" -> 200
std::optional<int> status_of(std::string_view line) noexcept {
  if (line.substr(0, 5) != "HTTP/") return std::nullopt;
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const std::optional<std::uint32_t> status = parse_number(line.substr(blank + 1, 3));
  return status ? std::optional<int>(static_cast<int>(*status)) : std::nullopt;
}

}  // namespace

bool CurlTransfer::attach(CURL* handle) noexcept {
  bool ok = true;
  const auto set = [&](CURLoption option, auto value) {
    ok = ok && ::curl_easy_setopt(handle, option, value) == CURLE_OK;
  };
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
  // By callbacks, not CURLOPT_POSTFIELDS: libcurl sends those again by itself when a connection breaks, and the server
  // would hand out the next piece of a download in place of the one that was lost.
  set(CURLOPT_READFUNCTION, &CurlTransfer::on_read);
  set(CURLOPT_READDATA, this);
  set(CURLOPT_SEEKFUNCTION, &CurlTransfer::on_seek);
  set(CURLOPT_SEEKDATA, this);
  set(CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &CurlTransfer::on_data);
  set(CURLOPT_WRITEDATA, this);
  return ok;
}

HttpOutcome CurlTransfer::outcome(CURLcode code, const std::string& detail) {
  if (!failure_ && code == CURLE_OUT_OF_MEMORY && status_ != 0 && !head_complete_) {
    failure_ = fail(Errc::malformed, Scope::mailbox, Retry::later, "a header line of the answer does not end");
  } else if (!failure_ && code == CURLE_OK &&
             !head_complete_) {  // libcurl takes an end between two lines for the end of them
    failure_ =
        fail(Errc::network, Scope::mailbox, Retry::later, "the connection ended within the headers of the answer");
  }
  if (!failure_ && code == CURLE_OK && keep(deliver_head())) return {};
  if (failure_) return {std::move(failure_), may_be_executed()};
  return {curl_failure(code, detail), !before_sending(code) && may_be_executed(), hop_of(code)};
}

std::size_t CurlTransfer::on_read(char* out, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const std::size_t piece = std::min(size * count, transfer.body_.size() - transfer.sent_);
  std::copy_n(transfer.body_.data() + transfer.sent_, piece, out);
  if (transfer.sent_ == 0) transfer.answered_ = false;
  transfer.sent_ += piece;
  ++transfer.activity_;
  return piece;
}

/// libcurl wants to send the body once more: after the server asked for authentication, or because a connection that
/// was kept open turned out to be dead. The latter only while the server cannot have acted on it.
int CurlTransfer::on_seek(void* self, curl_off_t offset, int origin) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  if (origin != SEEK_SET || offset != 0) return CURL_SEEKFUNC_FAIL;
  if (!transfer.answered_ && transfer.may_be_executed()) return CURL_SEEKFUNC_FAIL;
  transfer.sent_ = 0;
  transfer.answered_ = false;
  return CURL_SEEKFUNC_OK;
}

std::size_t CurlTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  ++transfer.activity_;
  std::string_view line(data, size * count);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  return transfer.keep(transfer.header_line(line)) ? size * count : 0;
}

std::size_t CurlTransfer::on_data(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  ++transfer.activity_;
  const bool kept =
      transfer.keep(transfer.deliver_head()) && transfer.keep(transfer.receiver_.data({data, size * count}));
  return kept ? size * count : (size * count == 0 ? 1 : 0);
}

Result<void> CurlTransfer::header_line(std::string_view line) {
  if (line.empty()) {
    head_complete_ = true;
    return success();
  }
  if (const std::optional<int> status = status_of(line)) {
    if (++answers_ > kMostAnswers) {
      return fail(Errc::malformed, Scope::mailbox, Retry::later, "the server begins its answer again and again");
    }
    status_ = *status;
    answered_ = status_ >= 200;
    head_complete_ = false;
    headers_.clear();
    return success();
  }
  return headers_.add_line(line);  // trailers too: they are bounded with the rest, and nobody looks at them
}

Result<void> CurlTransfer::deliver_head() {
  if (delivered_) return success();
  delivered_ = true;
  return receiver_.head(status_, headers_);
}

bool CurlTransfer::keep(Result<void> result) {
  if (result) return true;
  if (!failure_) failure_ = std::move(result).error();
  return false;
}

}  // namespace mapisync::mapihttp
