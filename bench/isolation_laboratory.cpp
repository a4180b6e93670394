#include "bench/isolation_laboratory.h"

#include <algorithm>
#include <random>
#include <set>

#include "bench/world.h"

namespace mapisync::bench {

namespace {

constexpr std::uint32_t kRunLength = 10;

/// The first bad message of a batch, and how many of the batch come before it; none: bad.end().
struct Culprit {
  std::vector<Ordinal>::const_iterator bad;
  std::uint32_t before{0};
};

Culprit first_culprit(const PlannedBatch& batch, const std::vector<Ordinal>& bad) {
  std::uint32_t before = 0;
  for (const Interval& interval : batch.intervals) {
    const auto found = std::lower_bound(bad.begin(), bad.end(), interval.first);
    if (found != bad.end() && *found - interval.first < interval.count)
      return {found, before + *found - interval.first};
    before += interval.count;
  }
  return {bad.end(), batch.size};
}

/// The first `count` ordinals of a batch.
std::vector<Ordinal> front_of(const PlannedBatch& batch, std::uint32_t count) {
  std::vector<Ordinal> ordinals;
  ordinals.reserve(count);
  for (const Interval& interval : batch.intervals) {
    for (std::uint32_t i = 0; i < interval.count && ordinals.size() < count; ++i)
      ordinals.push_back(interval.first + i);
  }
  return ordinals;
}

/// What a call on `batch` does.
BatchOutcome answer(const PlannedBatch& batch, const std::vector<Ordinal>& bad, std::uint32_t window) {
  const Culprit culprit = first_culprit(batch, bad);
  BatchOutcome outcome;
  outcome.succeeded = culprit.bad == bad.end();
  if (outcome.succeeded) return outcome;
  if (window > 0) outcome.settled = front_of(batch, culprit.before / window * window);
  return outcome;
}

}  // namespace

std::vector<Ordinal> bad_messages(const Damage& damage, std::uint64_t seed) {
  const std::uint32_t run = damage.placement == Placement::runs_of_ten ? std::min(kRunLength, damage.bad) : 1;
  std::mt19937_64 chance(seed);
  std::set<Ordinal> bad;
  while (bad.size() < damage.bad) {
    const auto first = static_cast<Ordinal>(chance() % (damage.messages - run + 1));
    const auto next = bad.lower_bound(first);
    if (next != bad.end() && *next - first < run) continue;  // no two runs share a message
    for (std::uint32_t i = 0; i < run; ++i) bad.insert(first + i);
  }
  return {bad.begin(), bad.end()};
}

std::uint64_t planner_calls(const Damage& damage, const std::vector<Ordinal>& bad) {
  // The first call is the pass over the whole folder; what it delivered is no candidate any more.
  const PlannedBatch whole{{{0, damage.messages}}, damage.messages};
  const std::uint32_t delivered = static_cast<std::uint32_t>(answer(whole, bad, damage.window).settled.size());
  std::vector<Ordinal> left;
  for (const Ordinal ordinal : bad) left.push_back(ordinal - delivered);
  const auto planner = tenths_planner(damage.messages - delivered);
  std::uint64_t calls = 1;
  std::uint64_t found = 0;
  while (const auto batch = planner->next(damage.messages)) {
    ++calls;
    const BatchOutcome outcome = answer(*batch, left, damage.window);
    if (!outcome.succeeded && batch->size == 1) ++found;
    planner->feed(outcome);
  }
  if (found != damage.bad) give_up("the planner did not find every bad message");
  return calls;
}

double mean_planner_calls(const Damage& damage, std::uint32_t worlds) {
  std::uint64_t calls = 0;
  for (std::uint32_t world = 1; world <= worlds; ++world) calls += planner_calls(damage, bad_messages(damage, world));
  return static_cast<double>(calls) / worlds;
}

std::uint64_t one_by_one_calls(const Damage& damage) { return std::uint64_t{1} + damage.messages; }

}  // namespace mapisync::bench
