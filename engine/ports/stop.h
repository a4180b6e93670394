// How a run is asked to stop. Any thread may ask, signal handlers included; the run looks at it between steps.
#pragma once

#include <atomic>

namespace mapisync {

class StopFlag {
 public:
  void request() noexcept { requested_.store(true, std::memory_order_relaxed); }
  bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> requested_{false};
  static_assert(std::atomic<bool>::is_always_lock_free, "request() is called from signal handlers");
};

}  // namespace mapisync
