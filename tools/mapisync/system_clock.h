// The machine's own time. One caller at a time; wait() returns early when a signal handler asks for a stop.
#pragma once

#include "engine/ports/clock.h"

namespace mapisync::cli {

class SystemClock final : public Clock {
 public:
  Timestamp now() override;
  Duration elapsed() override;
  void wait(Duration duration, const StopFlag& stop) override;
};

}  // namespace mapisync::cli
