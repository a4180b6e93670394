#include "engine/isolation/damage_estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mapisync {

namespace {

constexpr double kFactor = 1.4142135623730951;  // between two hypotheses
constexpr double kSingle = 16;  // so much likelier than all else is a single bad message, before one was found

/// The first number in [low, high] for which `enough` holds; high where it holds for none. `enough` is monotonous.
template <class Enough>
std::uint32_t first_of(std::uint32_t low, std::uint32_t high, Enough enough) {
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (enough(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

DamageEstimate::DamageEstimate(std::uint32_t candidates) {
  const double least = 0.5 / std::max<double>(candidates, 2);
  for (double share = 0.7; share > least; share /= kFactor) {
    shares_.push_back(share);
    logs_.push_back(std::log1p(-share));
  }
  weigh();
}

void DamageEstimate::cleared(std::uint64_t messages) {
  if (messages == 0) return;
  cleared_ += static_cast<double>(messages);
  weigh();
}

void DamageEstimate::found() {
  found_ += 1;
  weigh();
}

void DamageEstimate::weigh() {
  weights_.resize(shares_.size());
  double top = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < shares_.size(); ++i) {
    weights_[i] = found_ * std::log(shares_[i]) + cleared_ * logs_[i];
    if (found_ == 0 && i + 1 == shares_.size()) weights_[i] += std::log(kSingle * static_cast<double>(shares_.size()));
    top = std::max(top, weights_[i]);
  }
  double sum = 0;
  for (double& weight : weights_) sum += weight = std::exp(weight - top);
  for (double& weight : weights_) weight /= sum;
}

double DamageEstimate::bits() const {
  double mean = 0;
  for (std::size_t i = 0; i < shares_.size(); ++i) mean -= weights_[i] * std::log2(shares_[i]);
  return mean;
}

double DamageEstimate::fails(std::uint32_t size) const {
  double works = 0;
  for (std::size_t i = 0; i < shares_.size(); ++i) {
    if (weights_[i] > 1e-9) works += weights_[i] * std::exp(logs_[i] * size);
  }
  return 1 - works;
}

std::uint32_t DamageEstimate::group(double wanted, std::uint32_t most) const {
  return first_of(1, most, [&](std::uint32_t size) { return fails(size) >= wanted; });
}

std::uint32_t DamageEstimate::split(double wanted, std::uint32_t suspects) const {
  const double whole = fails(suspects);
  const std::uint32_t above =
      first_of(1, suspects - 1, [&](std::uint32_t size) { return fails(size) >= wanted * whole; });
  if (above == 1) return 1;
  const bool nearer = fails(above) / whole - wanted < wanted - fails(above - 1) / whole - 1e-9;
  return nearer ? above : above - 1;
}

}  // namespace mapisync
