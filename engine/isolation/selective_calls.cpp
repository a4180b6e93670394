#include "engine/isolation/selective_calls.h"

#include <utility>

#include "engine/isolation/control.h"
#include "engine/isolation/write_ahead.h"
#include "engine/retry_policy.h"

namespace mapisync {

namespace {

constexpr int kThrottledMax = 4;

}  // namespace

bool SelectiveCalls::may_export() {
  if (run_.stopped()) {
    end(IsolationEnd::stopped);
  } else if (run_.budget.exhausted() && run_.isolation_calls > 0) {
    end(IsolationEnd::limit);
  }
  return !ended();
}

Result<ExportOutcome> SelectiveCalls::export_one(const SelectiveItem& item) {
  const auto known = ids_.find(item.key);
  const auto id = known == ids_.end() ? std::nullopt : std::optional<PendingId>(known->second);
  keep_the_rate();
  return export_items({item}, 1, Place::of(item.key, id));
}

/// Whoever asks for a message that may take the server down gives those time who use it.
void SelectiveCalls::keep_the_rate() {
  if (!work_.lost.blocked() || !std::exchange(asked_alone_, true)) return;
  work_.report.costs.waited += run_.options.disruptive_pause;
  run_.env.clock.wait(run_.options.disruptive_pause, run_.stop);
}

Result<ExportOutcome> SelectiveCalls::export_items(std::vector<SelectiveItem> items, std::uint64_t left,
                                                   const Place& place) {
  const ExportRequest request = selective_request(work_, std::move(items));
  for (int attempt = 1;; ++attempt) {
    ++run_.isolation_calls;
    run_.tell(Phase::isolation, left);
    MAPISYNC_TRYV(write_ahead(work_, place));
    MAPISYNC_TRY(outcome, drive_export(work_, work_.opener, request));
    MAPISYNC_TRY(server_lost, note_call(work_, place, outcome));
    outcome.server_lost = server_lost;
    const bool throttled = outcome.failure && outcome.failure->errc() == Errc::busy && outcome.messages == 0;
    if (throttled && attempt <= kThrottledMax && !run_.stopped()) {
      wait(*outcome.failure, static_cast<std::uint32_t>(attempt));
      continue;
    }
    if (outcome.done && !outcome.delivered.empty()) {
      judge_.note_success();
      run_.capabilities.selective_sync = Known::yes;
    }
    if (outcome.reached && !outcome.session_lost) note_alive();
    return std::move(outcome);
  }
}

Result<Presence> SelectiveCalls::look_again(const SourceKey& key, const MessageRef& ref) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    ++work_.report.costs.probes;
    auto folder = work_.opener.open();
    if (!folder) break;
    auto presence = folder.value()->probe(key, ref);
    if (presence && presence.value() != Presence::unknown) return presence.value();
    if (!presence && loses_session(presence.error())) work_.opener.lose_session();
  }
  return Presence::unknown;
}

void SelectiveCalls::after_failure(const Failure& failure, bool progress) {
  if (loses_session(failure)) {
    if (progress) note_alive();
    return connection_trouble(failure, true);
  }
  if (failure.retry == Retry::later && !progress) wait(failure, 1);
}

void SelectiveCalls::connection_trouble(const Failure& failure, bool reached) {
  ++losses_in_row_;
  if (failure.retry == Retry::never || losses_in_row_ > run_.options.reconnects_max) {
    return end(IsolationEnd::failed, failure);
  }
  ++work_.report.costs.reconnects;
  if (!reached || failure.wait.count() > 0) wait(failure, losses_in_row_);
}

void SelectiveCalls::end(IsolationEnd how, std::optional<Failure> failure) {
  how_ = how;
  failure_ = std::move(failure);
}

void SelectiveCalls::wait(const Failure& failure, std::uint32_t attempt) {
  const Duration pause = backoff(run_.options, attempt, failure.wait);
  work_.report.costs.waited += pause;
  run_.env.clock.wait(pause, run_.stop);
}

}  // namespace mapisync
