// The time and the chance of a trace. Waiting takes no time. One thread.
#pragma once

#include "engine/ports/clock.h"
#include "providers/trace/replay_log.h"

namespace mapisync::trace {

/// A reading that was not recorded in this place gets the time of the last one that was.
class ReplayClock final : public Clock {
 public:
  explicit ReplayClock(ReplayLog& log) noexcept : log_(log) {}
  Timestamp now() override { return log_.now(); }
  Duration elapsed() override { return log_.elapsed(); }
  void wait(Duration duration, const StopFlag& /*stop*/) override { log_.wait(duration); }

 private:
  ReplayLog& log_;
};

class ReplayRandom final : public Random {
 public:
  explicit ReplayRandom(ReplayLog& log) noexcept : log_(log) {}
  std::uint64_t below(std::uint64_t bound) override { return log_.below(bound); }

 private:
  ReplayLog& log_;
};

}  // namespace mapisync::trace
