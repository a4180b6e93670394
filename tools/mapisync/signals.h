// SIGINT, SIGTERM and SIGHUP: the first asks the run to stop and commit, the second leaves at once with 130.
// SIGPIPE is ignored: a reader that went away is seen as a failed write.
#pragma once

#include "engine/ports/stop.h"

namespace mapisync::cli {

/// At the start of the process: SIGPIPE, and descriptors 0, 1 and 2 that the caller had closed are taken, so that no
/// database ever gets one of these numbers.
void prepare_process() noexcept;

/// Waits until `descriptor` has something to read, or its end. False: a stop was asked for, also just before the call.
bool wait_readable(int descriptor, const StopFlag& stop) noexcept;

/// While it lives, stop signals go to `stop`, which outlives it. At most one at a time.
class StopOnSignal {
 public:
  explicit StopOnSignal(StopFlag& stop) noexcept;
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
};

}  // namespace mapisync::cli
