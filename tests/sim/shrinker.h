// Makes a failing history as small as it gets while it fails in the same way.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tests/sim/history.h"

namespace mapisync::sim {

/// Whether the history still fails as the first one did.
using StillFails = std::function<bool(const History&)>;

struct Shrunk {
  History history;
  std::uint64_t tried{0};
};

/// Delta debugging on the steps, then each deviation of the world, then each step by itself, until nothing helps or
/// `most` histories were tried. `history` itself fails.
Shrunk shrink(History history, const StillFails& still_fails, std::uint64_t most = 3'000);

/// The kind of a complaint: its words without names, keys and numbers.
std::string kind_of(std::string_view complaint);

}  // namespace mapisync::sim
