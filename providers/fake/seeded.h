// Chance that repeats itself: the same seed, the same numbers, on every machine (SplitMix64's public-domain
// recurrence).
#pragma once

#include <cstdint>

namespace mapisync::fake {

class Seeded {
 public:
  explicit Seeded(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }
  /// In [0, bound); bound > 0. The bias of a plain remainder is of no account here.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool per_mille(std::uint32_t chance) { return chance != 0 && below(1000) < chance; }

 private:
  std::uint64_t state_;
};

}  // namespace mapisync::fake
