#include "engine/isolation/size_profile.h"

#include <algorithm>

namespace mapisync {

namespace {

constexpr std::uint64_t kSizeClaimedMax = 1ULL << 40U;  // what a table claims beyond this is no size

}  // namespace

std::uint32_t SizeProfile::samples_of(std::uint32_t candidates) noexcept { return std::min(candidates, kSamples); }

std::uint32_t SizeProfile::ordinal_of(std::uint32_t sample, std::uint32_t candidates) noexcept {
  const std::uint64_t samples = std::max(samples_of(candidates), 1U);
  return static_cast<std::uint32_t>((2ULL * sample + 1) * candidates / (2 * samples));
}

SizeProfile::SizeProfile(std::uint32_t candidates, const std::vector<std::uint64_t>& samples) {
  if (candidates == 0 || samples.empty()) return;
  per_block_ = static_cast<double>(candidates) / static_cast<double>(samples.size());
  before_.push_back(0);
  for (const std::uint64_t size : samples) {
    before_.push_back(before_.back() + per_block_ * static_cast<double>(std::min(size, kSizeClaimedMax)));
  }
}

double SizeProfile::bytes(std::uint32_t first, std::uint32_t count) const {
  if (!known()) return 0;
  return before(static_cast<double>(first) + count) - before(first);
}

double SizeProfile::before(double ordinal) const {
  const double place = std::min(ordinal / per_block_, static_cast<double>(before_.size() - 1));
  const auto block = std::min(static_cast<std::size_t>(place), before_.size() - 2);
  return before_[block] + (place - static_cast<double>(block)) * (before_[block + 1] - before_[block]);
}

}  // namespace mapisync
