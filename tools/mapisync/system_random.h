// Chance from the machine. One caller at a time.
#pragma once

#include <random>

#include "engine/ports/clock.h"

namespace mapisync::cli {

class SystemRandom final : public Random {
 public:
  SystemRandom();
  std::uint64_t below(std::uint64_t bound) override;

 private:
  std::mt19937_64 engine_;
};

}  // namespace mapisync::cli
