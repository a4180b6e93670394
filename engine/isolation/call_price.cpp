#include "engine/isolation/call_price.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace mapisync {

namespace {

constexpr std::size_t kPoints = 32;
constexpr double kLatencyMin = 0.0001;  // seconds: below this a clock says nothing
constexpr double kSpreadMin = 2;        // largest delivery over the smallest, to tell a rate

}  // namespace

double CallPrice::bytes_per_call() const noexcept {
  return per_byte > 0 ? latency / per_byte : std::numeric_limits<double>::infinity();
}

void PriceEstimate::observe(Duration served, std::uint64_t bytes, std::uint64_t calls) {
  if (calls == 0 || served.count() < 0) return;
  const double shared = static_cast<double>(calls);
  const Point point{static_cast<double>(bytes) / shared, std::chrono::duration<double>(served).count() / shared};
  if (points_.size() < kPoints) {
    points_.push_back(point);
  } else {
    points_[next_] = point;
    next_ = (next_ + 1) % kPoints;
  }
}

std::optional<CallPrice> PriceEstimate::price() const {
  if (points_.size() < enough_) return std::nullopt;
  const auto [least, most] = std::minmax_element(points_.begin(), points_.end(),
                                                 [](const Point& a, const Point& b) { return a.bytes < b.bytes; });
  const bool timeless = std::all_of(points_.begin(), points_.end(), [](const Point& p) { return p.seconds <= 0; });
  if (timeless || most->bytes < kSpreadMin * std::max(least->bytes, 1.0)) return std::nullopt;
  CallPrice price;
  price.per_byte = seconds_per_byte();
  price.latency = std::max(latency_at(price.per_byte), kLatencyMin);
  return price;
}

/// The weighted median of the slopes between any two measurements: the further two deliveries are apart, the more they
/// say, and no single one decides.
double PriceEstimate::seconds_per_byte() const {
  struct Slope {
    double value{0};
    double weight{0};
  };
  std::vector<Slope> slopes;
  double total = 0;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double apart = points_[i].bytes - points_[j].bytes;
      if (apart == 0) continue;
      slopes.push_back({(points_[i].seconds - points_[j].seconds) / apart, std::abs(apart)});
      total += std::abs(apart);
    }
  }
  std::sort(slopes.begin(), slopes.end(), [](const Slope& a, const Slope& b) { return a.value < b.value; });
  double below = 0;
  for (const Slope& slope : slopes) {
    below += slope.weight;
    if (2 * below >= total) return std::max(slope.value, 0.0);
  }
  return 0;
}

/// The median of what the bytes leave unexplained.
double PriceEstimate::latency_at(double per_byte) const {
  std::vector<double> rest;
  rest.reserve(points_.size());
  for (const Point& point : points_) rest.push_back(point.seconds - point.bytes * per_byte);
  const auto middle = rest.begin() + static_cast<std::ptrdiff_t>(rest.size() / 2);
  std::nth_element(rest.begin(), middle, rest.end());
  return *middle;
}

}  // namespace mapisync
