#include "providers/mapihttp/client/download.h"

#include <algorithm>
#include <utility>

#include "providers/mapihttp/client/rop_failures.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::uint16_t kBufferMax = 0x7FFF;
constexpr std::uint32_t kMostEmpty = 1000;  // a partial answer without bytes is legal, and so are some in a row
constexpr std::uint32_t kMostBusyAnswers = 8;
constexpr auto kLongestWait = std::chrono::minutes{5};

}  // namespace

Download::Download(std::shared_ptr<MailboxLink> link, ServerObject source, wire::FastTransferHandler& handler,
                   wire::ParserOptions options)
    : link_(std::move(link)), source_(std::move(source)), parser_(handler, options) {}

/// Answers of which the first is not "busy": nothing was lost by that one, and the same is asked again.
Result<void> Download::get_buffers(const CallLimits& limits) {
  wire::SourceGetBufferRequest get;
  get.maximum_buffer_size = kBufferMax;
  Clock& clock = link_->session()->clock();
  const Duration begun = clock.elapsed();
  for (std::uint32_t waits = 0;; ++waits) {
    RopCall call{{{0, 0, get}}, {source_.handle()}, {}};
    call.chain = true;
    MAPISYNC_TRY(answer, link_->call(std::move(call), limits));
    for (wire::RopResponse& response : answer.responses) arrived_.push_back(std::move(response));
    if (arrived_.empty()) return wire::malformed("GetBuffer: no answer");
    if (arrived_.front().return_value != wire::rop_error::kServerBusy) return success();
    Failure busy = rop_failure(arrived_.front().return_value, "synchronize");
    if (const auto* body = std::get_if<wire::SourceGetBufferResponse>(&arrived_.front().body)) {
      busy.wait = std::chrono::milliseconds{body->backoff_ms};
    }
    arrived_.clear();
    const Duration wait = std::max<Duration>(busy.wait, std::chrono::milliseconds{100});
    const bool too_late = limits.deadline && clock.elapsed() - begun + wait > *limits.deadline;
    if (waits == kMostBusyAnswers || wait > kLongestWait || too_late) return busy;
    clock.wait(wait, limits.stop);
    if (limits.stop.requested()) return fail(Errc::cancelled, Scope::process, Retry::later, "synchronize");
  }
}

Result<bool> Download::next(const CallLimits& limits) {
  // A chain may end in "busy": then the same is asked again, as if it had not been in it.
  if (!arrived_.empty() && arrived_.front().return_value == wire::rop_error::kServerBusy) arrived_.clear();
  if (arrived_.empty()) MAPISYNC_TRYV(get_buffers(limits));
  wire::RopResponse response = std::move(arrived_.front());
  arrived_.pop_front();
  const std::uint32_t code = response.return_value;
  MAPISYNC_TRY(body, body_of<wire::SourceGetBufferResponse>(std::move(response), "GetBuffer"));
  const bool failed = code != 0 || body.transfer_status == wire::transfer_status::kError;
  if (!body.buffer.empty()) {
    bytes_ += body.buffer.size();
    empty_ = 0;
    // What came whole before a failure counts; what cannot be read beside one is no news.
    auto fed = parser_.feed(body.buffer);
    if (!fed && !failed) return std::move(fed).error();
  }
  if (failed) {
    source_.reset();
    if (code != 0) return rop_failure(code, "synchronize");
    return fail(Errc::call_failed, Scope::batch, Retry::later, "synchronize: the transfer ended in an error",
                0x80004005);
  }
  if (body.transfer_status == wire::transfer_status::kDone) {
    source_.reset();
    MAPISYNC_TRYV(parser_.finish());
    return true;
  }
  if (body.buffer.empty() && ++empty_ > kMostEmpty) {
    return fail(Errc::timeout, Scope::folder, Retry::later, "synchronize: the server sends nothing, again and again");
  }
  return false;
}

}  // namespace mapisync::mapihttp
