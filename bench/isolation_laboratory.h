// The laboratory of design section 6: lists of any length, every call costs one. A call on a list delivers all of it,
// or fails at its first bad message; what lies in the buffers before that one has then been delivered. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/isolation/planner.h"

namespace mapisync::bench {

enum class Placement : std::uint8_t { scattered, runs_of_ten };

struct Damage {
  std::uint32_t messages{0};
  std::uint32_t bad{0};
  Placement placement{Placement::scattered};
  std::uint32_t window{0};  // messages per buffer; 0 = a failing call delivers nothing
};

/// Ordinals of the bad messages of one world, ascending.
std::vector<Ordinal> bad_messages(const Damage& damage, std::uint64_t seed);

/// Calls that the engine's planner makes until every message has arrived or failed alone, the first one on the whole
/// folder included; further strikes and controls are not.
std::uint64_t planner_calls(const Damage& damage, const std::vector<Ordinal>& bad);

/// The mean over worlds 1 to `worlds`.
double mean_planner_calls(const Damage& damage, std::uint32_t worlds);

/// The same when every message is asked for alone.
std::uint64_t one_by_one_calls(const Damage& damage);

}  // namespace mapisync::bench
