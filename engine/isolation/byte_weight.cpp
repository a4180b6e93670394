#include "engine/isolation/byte_weight.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mapisync {

namespace {

constexpr double kHalf = 0.5;
constexpr int kSteps = 40;  // of bisection

}  // namespace

// With V(w) calls to find the culprit among suspects of weight w, a test of the share s costs
// V(w) = 1 + s (s w / 2 + V(s w)) + (1 - s) V((1 - s) w). Light ones are halved; for heavy ones V grows as the root of
// w and the best share is sqrt(2 / w). This meets both ends and stays within a percent of the best in between.
double share_where_all_is_lost(double weight) { return 1 / (1 + std::sqrt(1 + weight / 2)); }

// Letters of unequal cost: a success costs 1, a failure 1 + w. The best code has s = (1 - s)^(1 + w).
double share_where_some_is_lost(double weight) {
  double low = 0;
  double high = kHalf;
  for (int i = 0; i < kSteps; ++i) {
    const double middle = (low + high) / 2;
    (middle < std::pow(1 - middle, 1 + weight) ? low : high) = middle;
  }
  return high;
}

void ByteWeight::set(SizeProfile sizes, double bytes_per_call) {
  sizes_ = std::move(sizes);
  bytes_per_call_ = bytes_per_call;
  counts_ = sizes_.known() && std::isfinite(bytes_per_call) && bytes_per_call > 0;
}

double ByteWeight::share(const OrdinalSet& among, double messages, double buffer) const {
  if (!counts_ || among.empty()) return kHalf;
  const double each = calls_per_message(among);
  const double all_lost = share_where_all_is_lost(messages * each);
  // Whatever is asked for, no more than this is lost; so lists need not be as short as that.
  return std::max(all_lost, share_where_some_is_lost(std::min(messages, buffer) / 2 * each));
}

double ByteWeight::calls_per_message(const OrdinalSet& of) const {
  double bytes = 0;
  for (const Interval& interval : of.intervals()) bytes += sizes_.bytes(interval.first, interval.count);
  return bytes / of.size() / bytes_per_call_;
}

}  // namespace mapisync
