#include "tools/mapisync/system_random.h"

#include "engine/base/check.h"

namespace mapisync::cli {

SystemRandom::SystemRandom() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device()};
  engine_.seed(seed);
}

std::uint64_t SystemRandom::below(std::uint64_t bound) {
  MAPISYNC_CHECK(bound > 0);
  return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(engine_);
}

}  // namespace mapisync::cli
