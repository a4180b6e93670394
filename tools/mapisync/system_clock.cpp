#include "tools/mapisync/system_clock.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace mapisync::cli {

Timestamp SystemClock::now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Duration SystemClock::elapsed() {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

void SystemClock::wait(Duration duration, const StopFlag& stop) {
  // A signal handler cannot notify a condition variable, so the flag is looked at several times a second.
  constexpr Duration kSlice = std::chrono::milliseconds(100);
  const Duration end = elapsed() + duration;
  while (!stop.requested()) {
    const Duration left = end - elapsed();
    if (left <= Duration::zero()) return;
    std::this_thread::sleep_for(std::min(left, kSlice));
  }
}

}  // namespace mapisync::cli
