#include "engine/isolation/delivery_habit.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mapisync {

namespace {

constexpr std::size_t kWindows = 8;  // up to 128 messages a buffer
constexpr double kUnlikely = 0.02;   // what contradicts a hypothesis, buffers being filled by bytes
constexpr double kCertain = 0.8;
constexpr double kNamedEnough = 0.5;
constexpr double kRounding = 1e-9;
constexpr std::uint32_t kListMin = 4;  // shorter ones show an order by chance

}  // namespace

DeliveryHabit::DeliveryHabit() {
  // One message at a time, or a transfer buffer of 32 KB full of messages of 2 KB or of half a KB; others are possible.
  windows_ = {0.5, 0.01, 0.01, 0.01, 0.16, 0.03, 0.12, 0.005};
  normalise();
}

void DeliveryHabit::note_failure(const OrdinalSet& asked, const std::vector<Ordinal>& settled, bool suspected) {
  const auto delivered = static_cast<std::uint32_t>(settled.size());
  if (delivered == 0) return;
  least_delivered_ = std::min(least_delivered_, delivered);
  if (asked.size() >= kListMin) note_order(asked, settled);
  reshuffles_ = !first_sent_ && (reshuffles_ || suspected);
  if (!first_sent_) return;
  for (std::size_t i = 0; i < kWindows; ++i) {
    const std::uint32_t window = 1U << i;
    windows_[i] *= delivered % window == 0 ? window : kUnlikely;
  }
  normalise();
}

void DeliveryHabit::note_order(const OrdinalSet& asked, const std::vector<Ordinal>& settled) {
  OrdinalSet rest = asked;
  const bool low = rest.take(End::low, static_cast<std::uint32_t>(settled.size())).at(End::high) == settled.back() &&
                   asked.at(End::low) == settled.front();
  rest = asked;
  const bool high = rest.take(End::high, static_cast<std::uint32_t>(settled.size())).at(End::low) == settled.front() &&
                    asked.at(End::high) == settled.back();
  if (low != high) {
    first_sent_ = low ? End::low : End::high;
  } else if (!low) {
    first_sent_.reset();
  }
}

void DeliveryHabit::note_culprit(std::uint32_t offset) {
  for (std::size_t i = 0; i < kWindows; ++i) {
    const std::uint32_t window = 1U << i;
    windows_[i] *= offset < window ? 1.0 / window : kUnlikely / window;
  }
  normalise();
}

void DeliveryHabit::note_named(bool right) {
  named_ += 1;
  if (right) named_right_ += 1;
}

bool DeliveryHabit::may_name_culprits() const noexcept { return named_right_ + 1 > kNamedEnough * (named_ + 1.5); }

double DeliveryHabit::culprit_within(std::uint32_t from, std::uint32_t size) const {
  double sum = 0;
  for (std::size_t i = 0; i < kWindows; ++i) {
    const std::uint32_t window = 1U << i;
    if (from >= window) continue;
    sum += windows_[i] * std::min(size, window - from) / window;
  }
  return sum;
}

std::optional<std::uint32_t> DeliveryHabit::split(double wanted, std::uint32_t from, std::uint32_t size) const {
  const double whole = culprit_within(from, size);
  if (whole < kUnlikely / 2) return std::nullopt;
  std::uint32_t low = 1;
  std::uint32_t high = size - 1;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (culprit_within(from, middle) >= whole * wanted) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  if (low == 1) return low;
  const double above = culprit_within(from, low) - whole * wanted;
  const double below = whole * wanted - culprit_within(from, low - 1);
  return above > below - kRounding ? low - 1 : low;
}

std::optional<std::uint32_t> DeliveryHabit::window() const {
  double sum = 0;
  for (std::size_t i = 0; first_sent_ && i < kWindows; ++i) {
    sum += windows_[i];
    if (sum > kCertain) return 1U << i;
  }
  return std::nullopt;
}

double DeliveryHabit::buffer() const {
  if (least_delivered_ == kNothing && !expected_) return std::numeric_limits<double>::infinity();
  if (least_delivered_ != kNothing && !first_sent_) return least_delivered_;
  double mean = 0;
  for (std::size_t i = 0; i < kWindows; ++i) mean += windows_[i] * (1U << i);
  return mean;
}

double DeliveryHabit::bits() const {
  double bits = 0;
  for (std::size_t i = 0; i < kWindows; ++i) bits += windows_[i] * static_cast<double>(i);
  return bits;
}

void DeliveryHabit::normalise() {
  double sum = 0;
  for (const double window : windows_) sum += window;
  for (double& window : windows_) window = std::max(window / sum, 1e-6);
}

}  // namespace mapisync
