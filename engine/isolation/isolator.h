// Isolation of one folder: exports pending messages by selective batches, so that the good ones arrive and the bad ones
// are found, proven and set aside (design 4.3, 4.4, 5.5). The plan is the planner's, the proof is the judge's; here is
// the loop.
#pragma once

#include <optional>

#include "engine/sync_run.h"

namespace mapisync {

enum class IsolationEnd : std::uint8_t {
  finished,  // nothing pending that could be asked for in this run
  limit,     // out of calls, seconds or bytes
  stopped,
  disruptive,  // the server was lost twice among the same messages, and nobody allowed to go on
  sick,        // every control tried failed: no judgement possible
  failed,      // the server cannot be reached, or has no selective export
};

struct IsolationOutcome {
  IsolationEnd end{IsolationEnd::finished};
  bool controls_failed{false};  // every control tried failed at some point
  bool groups_failed{false};    // messages that fail only together
  std::optional<Failure> failure;
};

/// A failure of the result is ours. What was committed before it is valid.
Result<IsolationOutcome> isolate(FolderWork& work);

}  // namespace mapisync
