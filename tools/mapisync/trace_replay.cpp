#include "tools/mapisync/trace_replay.h"

#include <utility>

#include "engine/options_text.h"
#include "engine/outcome_text.h"
#include "providers/trace/replay_clock.h"
#include "providers/trace/replaying_provider.h"
#include "providers/trace/sink_answers.h"
#include "providers/trace/store_image.h"

namespace mapisync::cli {

namespace {

/// Of this machine, not of the recorded one.
bool is_local(const Failure& failure) {
  const int code = static_cast<int>(failure.errc());
  return failure.errc() == Errc::sink_failed || (code >= static_cast<int>(Errc::store_failed) && code < 70);
}

}  // namespace

const char* name_of(ReplayVerdict verdict) noexcept {
  switch (verdict) {
    case ReplayVerdict::as_recorded: return "as_recorded";
    case ReplayVerdict::diverged: return "diverged";
    case ReplayVerdict::other_outcome: return "other_outcome";
    case ReplayVerdict::recording_ends: return "recording_ends";
    case ReplayVerdict::stopped: return "stopped";
  }
  return "unknown";
}

Result<trace::TraceHead> TraceReplay::begin() {
  MAPISYNC_TRY(head, log_.head());
  MAPISYNC_TRY(options, options_from_text(head.options));
  options_ = std::move(options);
  return std::move(head);
}

Result<ReplayReport> TraceReplay::run(const ReplayParts& parts) {
  MAPISYNC_TRYV(trace::restore_image(reader_, parts.store, limits_.row_numbers));
  trace::ReplayingProvider provider(log_);
  trace::ReplayClock clock(log_);
  trace::ReplayRandom random(log_);
  trace::ReplayingSink sink(parts.sink, log_);
  const SyncEnvironment environment{provider, parts.store, sink, clock, random, parts.spool, parts.progress, parts.log};
  const auto result = MailboxSync(environment, options_).run(log_.stop());
  ReplayReport report;
  MAPISYNC_TRY(recorded, log_.outcome());
  if (log_.damage()) return *log_.damage();
  report.divergence = log_.divergence();
  report.calls = log_.calls() - (report.divergence ? 1 : 0);
  report.clock_differences = log_.clock_differences();
  report.replayed = outcome_text(result);
  report.recorded = recorded.value_or("");
  if (!result && is_local(result.error()) && report.recorded != report.replayed) return result.error();
  if (log_.cancelled()) {
    report.verdict = ReplayVerdict::stopped;
  } else if (report.divergence) {
    report.verdict = ReplayVerdict::diverged;
  } else if (!recorded) {
    report.verdict = ReplayVerdict::recording_ends;
  } else if (report.recorded != report.replayed) {
    report.verdict = ReplayVerdict::other_outcome;
  }
  return report;
}

}  // namespace mapisync::cli
