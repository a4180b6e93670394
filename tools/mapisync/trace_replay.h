// Makes a recorded run again: the engine against a trace. Used by `mapisync replay` and by the tests that replay
// traces. One thread per object.
#pragma once

#include <optional>
#include <string>

#include "engine/mailbox_sync.h"
#include "providers/trace/replay_log.h"

namespace mapisync::cli {

/// What the replayed run works with. `store` is empty, and gets what the recorded one held. All borrowed.
struct ReplayParts {
  Store& store;
  ChangeSink& sink;
  Spool& spool;
  Progress* progress{nullptr};  // may be null
  Log log;
};

enum class ReplayVerdict {
  as_recorded,
  diverged,        // the engine asked something else
  other_outcome,   // it asked the same, and reports something else
  recording_ends,  // the same up to where the trace ends, which is before the run did
  stopped,         // somebody asked for it
};
const char* name_of(ReplayVerdict verdict) noexcept;

struct ReplayReport {
  ReplayVerdict verdict{ReplayVerdict::as_recorded};
  std::optional<trace::Divergence> divergence;
  std::uint64_t calls{0};              // questions that were the recorded ones, waits included
  std::uint64_t clock_differences{0};  // readings of the clock that only one of the two runs made
  std::string recorded, replayed;      // outcomes (engine/outcome_text.h); empty where there is none
};

class TraceReplay {
 public:
  /// Both are borrowed; `asked` may be null.
  TraceReplay(trace::ByteSource& in, const StopFlag* asked, const trace::ReplayLimits& limits = {}) noexcept
      : reader_(in), log_(reader_, asked, limits), limits_(limits) {}

  /// Who made the trace. Errc::malformed, Errc::store_too_new, or what the source of the bytes says.
  Result<trace::TraceHead> begin();
  /// After begin(). A failure is one of the trace or of the store and the sink; what the recorded server did is no
  /// failure.
  Result<ReplayReport> run(const ReplayParts& parts);

 private:
  trace::RecordReader reader_;
  trace::ReplayLog log_;
  trace::ReplayLimits limits_;
  SyncOptions options_;
};

}  // namespace mapisync::cli
