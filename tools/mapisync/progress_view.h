// Shows how a run gets on: a bar on a terminal, otherwise a few plain lines. Writes to the console it is given, which
// outlives it. Called on the engine's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/ports/clock.h"
#include "engine/ports/progress.h"
#include "tools/mapisync/console.h"

namespace mapisync::cli {

class ProgressView final : public Progress {
 public:
  ProgressView(Console& console, Clock& clock);
  void update(const ProgressUpdate& update) override;

 private:
  /// Messages a second over the last moments, and how long the known rest will take at that pace.
  void measure(const ProgressUpdate& update, Duration now);
  std::optional<Duration> time_left(const ProgressUpdate& update) const;
  std::string describe(const ProgressUpdate& update) const;
  std::string bar(const ProgressUpdate& update) const;

  Console& console_;
  Clock& clock_;
  Duration started_;
  Duration last_shown_;
  Duration next_line_;  // plain lines come ever more rarely, so that their number stays small
  bool shown_{false};
  Duration measured_at_;
  std::uint64_t measured_messages_{0};
  double rate_{0};  // messages a second, smoothed
  std::uint64_t most_remaining_{0};
  FolderId folder_{FolderId::none};
  Phase phase_{Phase::hierarchy};
};

}  // namespace mapisync::cli
