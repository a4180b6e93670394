// Servers to test against, each a FaultPlan in a few words. Values; any thread.
#pragma once

#include <chrono>
#include <vector>

#include "providers/fake/fault_plan.h"

namespace mapisync::test::servers {

using fake::FaultPlan;

inline FaultPlan exchange() { return {}; }
inline FaultPlan calm() { return FaultPlan::calm(); }

inline FaultPlan with(const fake::ServerProfile& profile) {
  FaultPlan plan;
  plan.server = profile;
  return plan;
}
inline FaultPlan exchange_2007() { return with(fake::ServerProfile::exchange_2007()); }
/// What comes before the bad message arrives; the observed server.
inline FaultPlan delivers_prefix() { return with(fake::ServerProfile::prefix_server()); }

inline FaultPlan fails(fake::PortCall call, std::uint64_t nth, std::uint64_t times, Errc code, FaultPlan plan = calm(),
                       std::chrono::milliseconds wait = {}) {
  plan.failures.push_back({call, nth, times, code, wait});
  return plan;
}
/// The second export step fails, and never again.
inline FaultPlan fails_once(Errc code) { return fails(fake::PortCall::synchronize, 2, 1, code); }

/// A failure takes `window` good neighbours on each side along (-1: everything).
inline FaultPlan withholds(int window, bool shuffled) {
  FaultPlan plan = calm();
  plan.server.order = shuffled ? fake::ExportOrder::reshuffle : fake::ExportOrder::table;
  plan.server.buffer_lost = true;
  plan.server.buffer_messages = window < 0 ? 1'000U : 1U + static_cast<std::uint32_t>(window);
  return plan;
}

/// How a state can be had before the candidates are listed (design section 5).
enum class Fence { free_catch_up, expensive_catch_up, composed, restriction, none };
inline constexpr Fence kFences[] = {Fence::free_catch_up, Fence::expensive_catch_up, Fence::composed,
                                    Fence::restriction, Fence::none};

inline const char* name_of(Fence fence) {
  switch (fence) {
    case Fence::free_catch_up: return "freeCatchUp";
    case Fence::expensive_catch_up: return "expensiveCatchUp";
    case Fence::composed: return "composed";
    case Fence::restriction: return "restriction";
    case Fence::none: return "none";
  }
  return "unknown";
}

inline FaultPlan fenced(Fence fence, FaultPlan plan = calm()) {
  plan.server.catch_up = fence == Fence::free_catch_up        ? CatchUp::free
                         : fence == Fence::expensive_catch_up ? CatchUp::expensive
                                                              : CatchUp::none;
  plan.server.composed_state = fence == Fence::composed ? Known::yes : Known::no;
  plan.server.restriction = fence == Fence::restriction ? Known::yes : Known::no;
  return plan;
}

/// The rule by which the server's Given set loses what it did not send.
inline FaultPlan gromox_rule(FaultPlan plan) {
  plan.server.given = fake::GivenRule::drop;
  plan.server.known_by = fake::KnownBy::number_and_id;
  return plan;
}

}  // namespace mapisync::test::servers
