// `sync --record FILE`: stands between the engine and all that it works with, and writes down what is said. One caller
// at a time.
#pragma once

#include <optional>
#include <string>

#include "engine/mailbox_sync.h"
#include "providers/trace/recorder.h"
#include "providers/trace/recording_clock.h"
#include "providers/trace/recording_provider.h"
#include "providers/trace/sink_answers.h"
#include "tools/mapisync/command.h"
#include "tools/mapisync/trace_file.h"

namespace mapisync::cli {

struct RecordRequest {
  std::string file;
  bool content{false};
};

class Recording {
 public:
  /// Everything is borrowed; `stop` is the flag that signals set.
  Recording(Context& context, const RecordRequest& request, TraceFile file, const SyncEnvironment& plain,
            const SyncOptions& options, const StopFlag& stop);

  /// Before the run: its options, and what the store holds. A failure is the store's.
  Result<void> begin();
  /// What the engine is to work with, and the flag it is to look at.
  SyncEnvironment environment();
  const StopFlag& stop() const noexcept { return recorder_.stop(); }
  /// After the run.
  void end(const Result<SyncReport>& result);
  /// The ending of the sync, unless the trace could not be written: then one that says both.
  Ending ending_with(Ending end);

 private:
  Context& context_;
  std::string name_;
  TraceFile file_;
  SyncEnvironment plain_;
  SyncOptions options_;
  trace::Discretion discretion_;
  trace::Recorder recorder_;
  trace::RecordingProvider provider_;
  trace::RecordingClock clock_;
  trace::RecordingRandom random_;
  trace::RecordingSink sink_;
};

}  // namespace mapisync::cli
