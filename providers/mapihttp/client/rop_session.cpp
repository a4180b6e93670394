#include "providers/mapihttp/client/rop_session.h"

#include <algorithm>
#include <utility>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/limits.h"
#include "providers/mapihttp/wire/rop_payload.h"
#include "providers/mapihttp/wire/rpc_header_ext.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::uint32_t kFirstRoom = 0x10008;
constexpr std::uint32_t kMostRoom = wire::limits::kRopBufferMax;
constexpr std::uint32_t kMostWaits = 5;
constexpr std::size_t kReleasesAtOnce = 32;
constexpr Duration kFirstWait = std::chrono::seconds{1};
constexpr Duration kMostWait = std::chrono::minutes{5};

bool is_release(const wire::RopRequest& request) { return std::holds_alternative<wire::ReleaseRequest>(request.body); }

Failure does_not_fit() {
  return fail(Errc::too_big, Scope::batch, Retry::on_change, "an answer does not fit into what a server may send");
}

}  // namespace

struct RopSession::Progress {
  RopAnswer answer;
  std::uint32_t room{kFirstRoom};
  std::uint32_t waits{0};
  Duration begun{};
};

RopSession::RopSession(std::unique_ptr<MapiSession> session, Clock& clock)
    : session_(std::move(session)), clock_(clock) {}

Result<RopAnswer> RopSession::call(RopCall call, const CallLimits& limits) {
  Progress progress;
  progress.begun = clock_.elapsed();
  if (call.chain) progress.room = kMostRoom;
  RopCall rest = std::move(call);
  while (!rest.requests.empty()) {
    auto done = round(rest, progress, limits);
    if (done) continue;
    // What cannot be read may have made objects that nobody knows: the session goes.
    if (done.error().errc() == Errc::malformed) done.error().scope = Scope::mailbox;
    return std::move(done).error();
  }
  progress.answer.handles = std::move(rest.handles);
  return std::move(progress.answer);
}

/// One Execute: takes what was answered off the front of `rest`.
Result<void> RopSession::round(RopCall& rest, Progress& progress, const CallLimits& limits) {
  // What nobody needs any more is named by slots behind the call's own.
  const std::size_t room = wire::limits::kHandlesMax - std::min(rest.handles.size(), wire::limits::kHandlesMax);
  const std::size_t releases = std::min({released_.size(), kReleasesAtOnce, room});
  std::vector<wire::RopRequest> requests;
  std::vector<std::uint32_t> handles = rest.handles;
  for (std::size_t i = 0; i < releases; ++i) {
    requests.push_back({0, static_cast<std::uint8_t>(handles.size()), wire::ReleaseRequest{}});
    handles.push_back(released_[i]);
  }
  requests.insert(requests.end(), rest.requests.begin(), rest.requests.end());
  MAPISYNC_TRY(list, wire::encode_requests(requests));
  if (WireObserver* observer = session_->observer()) observer->asks(session_->number(), requests, handles);
  MAPISYNC_TRY(payload, wire::encode_rop_payload({std::move(list), std::move(handles)}));
  wire::ExecuteRequest execute;
  execute.flags = wire::execute_flags::kNoCompression | wire::execute_flags::kNoXorMagic;
  if (rest.chain) execute.flags |= wire::execute_flags::kChain;
  MAPISYNC_TRY(buffer, wire::encode_rop_buffer(std::vector{std::move(payload)}));
  execute.rop_buffer = std::move(buffer);
  execute.max_rop_out = progress.room;
  ++round_trips_;
  auto executed = session_->execute(execute, limits);
  if (!executed) {
    if (executed.error().errc() == Errc::busy && session_->usable()) {
      return wait(progress, std::move(executed).error(), limits);
    }
    if (executed.error().errc() != Errc::too_big || progress.room == kMostRoom) return std::move(executed).error();
    progress.room = kMostRoom;
    return success();
  }
  released_.erase(released_.begin(), released_.begin() + static_cast<std::ptrdiff_t>(releases));
  const std::size_t before = rest.requests.size();
  auto taken = take(rest, progress, executed.value().rop_buffer);
  if (WireObserver* observer = taken ? nullptr : session_->observer()) {
    observer->unreadable(session_->number(), taken.error());
  }
  MAPISYNC_TRY(backoff, std::move(taken));
  if (backoff) {
    Failure busy = fail(Errc::busy, Scope::mailbox, Retry::later, "the server asks to wait");
    busy.wait = *backoff;
    auto waited = wait(progress, std::move(busy), limits);
    // Whoever has all his answers is not refused them because the next ones may have to wait.
    if (rest.requests.empty()) return success();
    return waited;
  }
  if (rest.requests.size() < before) return success();
  if (progress.room == kMostRoom) return does_not_fit();
  progress.room = kMostRoom;
  return success();
}

/// The time the server asks us to wait, if it does.
Result<std::optional<std::chrono::milliseconds>> RopSession::take(RopCall& rest, Progress& progress, BytesView buffer) {
  std::optional<std::chrono::milliseconds> wait;
  MAPISYNC_TRY(payloads, wire::decode_rop_buffer(buffer));
  // What is chained answers the last request once more.
  const std::vector<wire::RopRequest> last{rest.requests.back()};
  for (const Bytes& raw : payloads) {
    MAPISYNC_TRY(payload, wire::decode_rop_payload(raw));
    if (payload.handles.size() < rest.handles.size()) return wire::malformed("ROP response: handles are missing");
    std::copy_n(payload.handles.begin(), rest.handles.size(), rest.handles.begin());
    MAPISYNC_TRY(responses, wire::decode_responses(payload.rops, {rest.requests.empty() ? last : rest.requests,
                                                                  rest.columns, wire::code_page::kWindows1252}));
    if (WireObserver* observer = session_->observer()) {
      observer->told(session_->number(), responses, payload.handles);
    }
    std::size_t answered = 0;
    for (wire::RopResponse& response : responses) {
      if (response.id == wire::RopId::notify || response.id == wire::RopId::pending) continue;
      if (response.id == wire::RopId::buffer_too_small) continue;  // what it names is still in `rest`
      if (const auto* backoff = std::get_if<wire::BackoffResponse>(&response.body)) {
        std::uint32_t longest = backoff->duration_ms;
        for (const auto& rop : backoff->rops) longest = std::max(longest, rop.duration_ms);
        wait = std::chrono::milliseconds{longest};
        continue;
      }
      ++answered;
      progress.answer.responses.push_back(std::move(response));
    }
    // Off the front: what has an answer, and the releases among it.
    auto done = rest.requests.begin();
    while (done != rest.requests.end() && (answered > 0 || is_release(*done))) {
      if (!is_release(*done)) --answered;
      if (const auto* set = std::get_if<wire::SetColumnsRequest>(&done->body))
        rest.columns[done->handle_index] = set->tags;
      ++done;
    }
    rest.requests.erase(rest.requests.begin(), done);
  }
  return wait;
}

Result<void> RopSession::wait(Progress& progress, Failure busy, const CallLimits& limits) {
  Duration time = kFirstWait * (1U << std::min<std::uint32_t>(progress.waits, 10));
  if (busy.wait.count() > 0) time = busy.wait;
  if (++progress.waits > kMostWaits || time > kMostWait) return busy;
  if (limits.deadline && clock_.elapsed() - progress.begun + time > *limits.deadline) return busy;
  if (WireObserver* observer = session_->observer()) observer->waits(session_->number(), time);
  clock_.wait(time, limits.stop);
  if (limits.stop.requested()) return fail(Errc::cancelled, Scope::process, Retry::later, busy.context);
  return success();
}

}  // namespace mapisync::mapihttp
