// A run that is recorded and at once made again out of the recording. Eight runs with content, where the stores must be
// equal in the end, take turns with eight without, as from the field. One thread.
#pragma once

#include <vector>

#include "providers/trace/byte_stream.h"
#include "providers/trace/redactor.h"
#include "tests/support/world.h"

namespace mapisync::trace::test {

/// For WorldSetup::runner, or as the default of a whole program: of which the first eighty runs are traced, and one in
/// eight of the others. What the recorded run returns is returned; a replay
/// that goes another way is a failure of the test.
mapisync::test::Runner traced_runner();

/// Records one run. `outcome`: the trace is told how it ended.
Result<SyncReport> record_run(ByteSink& out, Discretion discretion, const SyncEnvironment& environment, Store& plain,
                              const SyncOptions& options, const StopFlag& stop);

/// Keeps the trace of each run of a world.
mapisync::test::Runner keeping_runner(std::vector<Bytes>& traces, Discretion discretion = {});

}  // namespace mapisync::trace::test
