// From a seed to a history. Pure: the same seed, the same history, on every machine.
#pragma once

#include <cstdint>

#include "tests/sim/history.h"

namespace mapisync::sim {

History generate(std::uint64_t seed);

}  // namespace mapisync::sim
