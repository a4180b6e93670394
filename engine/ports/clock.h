// Time and chance, injected. One caller at a time.
#pragma once

#include <cstdint>

#include "engine/base/time.h"
#include "engine/ports/stop.h"

namespace mapisync {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall clock, UTC. May jump; used for what people read and for retry times, never for what changed.
  virtual Timestamp now() = 0;
  /// Monotonic, from an arbitrary origin; for limits and rates.
  virtual Duration elapsed() = 0;
  /// Returns after `duration`, or earlier when `stop` is asked for.
  virtual void wait(Duration duration, const StopFlag& stop) = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  /// Uniform in [0, bound); bound > 0.
  virtual std::uint64_t below(std::uint64_t bound) = 0;
};

}  // namespace mapisync
