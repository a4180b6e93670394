#include "engine/isolation/selective_calls.h"

#include <utility>

#include "engine/isolation/control.h"
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

Result<ExportOutcome> SelectiveCalls::export_items(std::vector<SelectiveItem> items, std::uint64_t left) {
  const ExportRequest request = selective_request(work_, std::move(items));
  for (int attempt = 1;; ++attempt) {
    ++run_.isolation_calls;
    run_.tell(Phase::isolation, left);
    MAPISYNC_TRY(outcome, drive_export(work_, work_.opener, request));
    const bool throttled = outcome.failure && outcome.failure->errc() == Errc::busy && outcome.messages == 0;
    if (throttled && attempt <= kThrottledMax && !run_.stopped()) {
      wait(*outcome.failure, static_cast<std::uint32_t>(attempt));
      continue;
    }
    if (outcome.done && !outcome.delivered.empty()) {
      judge_.note_success();
      run_.capabilities.selective_sync = Known::yes;
    }
    if (!outcome.delivered.empty()) losses_in_row_ = 0;
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
    if (progress) losses_in_row_ = 0;
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
