#include "engine/budget.h"

#include <algorithm>

namespace mapisync {

Budget::Budget(const RunLimits& limits, Clock& clock) : limits_(limits), clock_(clock), started_(clock.elapsed()) {}

bool Budget::must_yield() const {
  if (limits_.bytes && bytes_ >= *limits_.bytes) return true;
  return limits_.time && clock_.elapsed() - started_ >= *limits_.time;
}

bool Budget::exhausted() const {
  if (limits_.calls && calls_ >= *limits_.calls) return true;
  if (share_end_ && calls_ >= *share_end_) return true;
  return must_yield();
}

bool Budget::limited() const noexcept { return limits_.calls || limits_.time || limits_.bytes; }

std::optional<std::uint64_t> Budget::calls_left() const noexcept {
  std::optional<std::uint64_t> left;
  if (limits_.calls) left = *limits_.calls > calls_ ? *limits_.calls - calls_ : 0;
  if (share_end_) {
    const std::uint64_t share = *share_end_ > calls_ ? *share_end_ - calls_ : 0;
    left = left ? std::min(*left, share) : share;
  }
  return left;
}

void Budget::begin_share(std::uint64_t folders_left) noexcept {
  if (!limits_.calls || folders_left <= 1) {
    share_end_.reset();
    return;
  }
  const std::uint64_t left = *limits_.calls > calls_ ? *limits_.calls - calls_ : 0;
  share_end_ = calls_ + std::max<std::uint64_t>(1, left / folders_left);
}

}  // namespace mapisync
