// Plans which pending messages to ask for next. Pure and deterministic: ordinals in, ordinals out; no store, no clock.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/isolation/size_profile.h"
#include "engine/isolation_method.h"

namespace mapisync {

/// Position of a pending message in the order of this isolation, newest first, 0-based.
using Ordinal = std::uint32_t;

/// Ordinals [first, first + count).
struct Interval {
  Ordinal first{0};
  std::uint32_t count{0};
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// A set of ordinals to be exported by one call: ascending, disjoint intervals.
struct PlannedBatch {
  std::vector<Interval> intervals;
  std::uint32_t size{0};
};

/// What a call on a batch did. Ordinals ascending.
struct BatchOutcome {
  bool succeeded{false};
  std::vector<Ordinal> settled;  // need no further export: delivered, vanished, or taken over by someone else
  std::optional<Ordinal> begun;  // a failing call had begun this message and not finished it: a hint
};

class Planner {
 public:
  virtual ~Planner() = default;
  /// The next batch, at most `list_max` messages; nullopt = nothing left to plan. Must be answered by feed() before the
  /// next.
  virtual std::optional<PlannedBatch> next(std::uint32_t list_max) = 0;
  /// A success settles the whole batch. A failing batch of one is settled too: whoever drives the plan judges it.
  virtual void feed(const BatchOutcome& outcome) = 0;
  /// The same batch again, less what is settled: its failure said nothing about its messages.
  virtual void repeat(const BatchOutcome& outcome) = 0;
  /// What time is spent on, as far as it is known by now: how large the candidates are, and how many bytes are sent in
  /// the time of one call. Never told, or infinity: only calls count. `kept`: an export that failed has been seen to
  /// deliver something. Sizes are estimates and `kept` is a hint, never trusted.
  virtual void weigh_bytes(const SizeProfile& /*sizes*/, double /*bytes_per_call*/, bool /*kept*/) {}
  /// Groups that are known to fail, in the order they would be asked for: what is worth remembering over a restart.
  virtual std::vector<PlannedBatch> failing_groups() const = 0;
  /// Ordinals not settled yet.
  virtual std::uint64_t remaining() const = 0;
};

/// Candidates that are in no failing group.
enum class Rest : std::uint8_t {
  failing,  // an export of all of them has just failed: in tenths, after the groups
  first,    // nothing is known of them: as a whole, before the groups
  last      // the same, after the groups
};

/// The seed's method: a tenth of the candidates, rounded up; a failing group is split into tenths of what it did not
/// deliver; in the end single messages. `failing` (ascending, disjoint from each other) are asked for in this order, in
/// pieces of a tenth.
std::unique_ptr<Planner> tenths_planner(std::uint32_t candidates, std::vector<PlannedBatch> failing = {},
                                        Rest rest = Rest::failing);

/// What an adaptive planner may learn from.
struct Tactics {
  bool density{true};     // how much damage there is
  bool neighbours{true};  // whether it lies side by side, and at the ends of the folder
  bool order{true};       // how the server delivers, and which message it names
};

/// Learns from what arrives, and asks for what tells most. Without any tactics: halves of what fails.
std::unique_ptr<Planner> adaptive_planner(std::uint32_t candidates, const std::vector<PlannedBatch>& failing = {},
                                          Rest rest = Rest::failing, Tactics tactics = {});

/// Whether the method's lists depend on what a byte costs.
bool weighs_bytes(IsolationMethod method) noexcept;

std::unique_ptr<Planner> make_planner(IsolationMethod method, std::uint32_t candidates,
                                      std::vector<PlannedBatch> failing = {}, Rest rest = Rest::failing);

}  // namespace mapisync
