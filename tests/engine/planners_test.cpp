// Every method of planning against servers that tell the truth and servers that mislead: every ordinal is settled or
// found bad, alone, nothing is asked for twice, and the price is bounded.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "engine/isolation/ordinal_set.h"
#include "engine/isolation/planner.h"
#include "tests/engine/planned_server.h"

namespace mapisync {
namespace {

class EveryMethod : public testing::TestWithParam<IsolationMethod> {};
INSTANTIATE_TEST_SUITE_P(Planners, EveryMethod, testing::ValuesIn(kIsolationMethods),
                         [](const auto& of) { return std::string(name_of(of.param)); });

TEST_P(EveryMethod, FindsExactlyTheBadInAllPlacementsOfUpToThreeAmongUpToEight) {
  unsigned worlds = 0;
  for (std::uint32_t n = 0; n <= 8; ++n) {
    for (std::uint32_t mask = 0; mask < (1U << n); ++mask) {
      if (std::popcount(mask) > 3) continue;
      for (const std::uint32_t window : {0U, 1U, 2U, 3U, 8U}) {
        for (const Order order : kOrders) {
          for (const std::uint32_t list_max : {3U, 100U}) {
            for (const Rest rest : {Rest::failing, Rest::first}) {
              Server server;
              for (std::uint32_t i = 0; i < n; ++i) {
                if (((mask >> i) & 1U) != 0) server.bad.insert(i);
              }
              server.window = window;
              server.order = order;
              const auto planner = make_planner(GetParam(), n, {}, rest);
              const Driven run = drive(*planner, server, list_max);
              ASSERT_EQ(run.condemned, server.bad);
              ASSERT_EQ(run.delivered.size() + run.condemned.size(), n);
              ++worlds;
            }
          }
        }
      }
    }
  }
  EXPECT_GT(worlds, 10'000U);
}

TEST_P(EveryMethod, GoesOnWithGroupsThatAreKnownToFail) {
  for (const Rest rest : {Rest::failing, Rest::first, Rest::last}) {
    Server server;
    server.bad = {12, 47};
    const PlannedBatch groups[] = {{{{10, 5}}, 5}, {{{40, 4}, {46, 4}}, 8}};
    const auto planner = make_planner(GetParam(), 100, {groups[0], groups[1]}, rest);
    EXPECT_EQ(planner->remaining(), 100U);
    const Driven run = drive(*planner, server, 1'000);
    EXPECT_EQ(run.condemned, server.bad);
    EXPECT_EQ(run.delivered.size(), 98U);
    EXPECT_LT(run.calls, 50U);
  }
}

/// As many runs as it takes, each with a planner of its own that is told nothing but the groups that failed.
unsigned runs_of(unsigned calls, IsolationMethod method, std::uint32_t n, Server server) {
  std::vector<Ordinal> left(n);
  std::iota(left.begin(), left.end(), 0U);
  std::vector<PlannedBatch> failing;
  unsigned runs = 0;
  while (!left.empty() && ++runs < n) {
    const auto planner =
        make_planner(method, static_cast<std::uint32_t>(left.size()), failing, runs == 1 ? Rest::failing : Rest::first);
    std::set<Ordinal> settled;
    for (unsigned call = 0; call < calls; ++call) {
      const auto batch = planner->next(n);
      if (!batch) break;
      std::vector<Ordinal> asked;
      for (const Ordinal place : OrdinalSet(*batch).ordinals()) asked.push_back(left[place]);
      BatchOutcome outcome = server.answer(asked);
      settled.insert(outcome.settled.begin(), outcome.settled.end());
      if (asked.size() == 1) settled.insert(asked[0]);
      for (Ordinal& of : outcome.settled)
        of = static_cast<Ordinal>(std::lower_bound(left.begin(), left.end(), of) - left.begin());
      planner->feed(outcome);
    }
    const std::vector<Ordinal> before = left;
    std::erase_if(left, [&](Ordinal ordinal) { return settled.contains(ordinal); });
    failing = planner->failing_groups();
    for (PlannedBatch& group : failing) {
      for (Interval& interval : group.intervals) {
        interval.first =
            static_cast<Ordinal>(std::lower_bound(left.begin(), left.end(), before[interval.first]) - left.begin());
      }
    }
  }
  return runs;
}

TEST_P(EveryMethod, ComesToAnEndInFewRunsWhateverARunMayCall) {  // invariant 8
  for (const unsigned calls : {1U, 2U, 3U}) {
    for (const std::uint32_t window : {0U, 8U}) {
      for (const Order order : kOrders) {
        Server server;
        server.bad = {300, 301, 777};
        server.window = window;
        server.order = order;
        EXPECT_LT(runs_of(calls, GetParam(), 1'000, server), 120U) << calls << " calls, window " << window;
      }
    }
  }
}

RC_GTEST_PROP(AnyPlanner, EndsAndLosesNothingWhateverTheServerClaims, ()) {
  const auto method = *rc::gen::elementOf(kIsolationMethods);
  const auto n = *rc::gen::inRange<std::uint32_t>(1, 400);
  Server server;
  server.bad = some_of(n, 30);
  server.window = *rc::gen::element(0U, 1U, 4U, 7U, 16U, 64U);
  server.order = *rc::gen::elementOf(kOrders);
  server.names_culprit = *rc::gen::arbitrary<bool>();
  server.names_anyone = *rc::gen::arbitrary<bool>();
  server.turns_every = *rc::gen::inRange(0U, 6U);
  server.grows_every = *rc::gen::inRange(0U, 6U);
  server.heal_later = some_of(n, 5);
  server.break_later = some_of(n, 5);
  const auto pairs = some_of(n, 4);
  if (pairs.size() >= 2) server.only_together.insert({*pairs.begin(), *pairs.rbegin()});
  const auto list_max = *rc::gen::element(1U, 5U, 50U, 1'000U);
  const auto repeats = *rc::gen::element(0U, 2U, 5U);
  const std::set<Ordinal> ever_bad = [&] {
    std::set<Ordinal> all = server.bad;
    all.insert(server.break_later.begin(), server.break_later.end());
    return all;
  }();
  const auto planner = make_planner(method, n, {}, *rc::gen::element(Rest::failing, Rest::first));
  const Driven run = drive(*planner, server, list_max, repeats);
  RC_ASSERT(run.delivered.size() + run.condemned.size() == n);
  RC_ASSERT(std::includes(ever_bad.begin(), ever_bad.end(), run.condemned.begin(), run.condemned.end()));
}

/// A search for each bad message, for each that changes meanwhile and for each pair costs two questions for each
/// halving at the most, and a list no more than the longest that may be asked for.
RC_GTEST_PROP(AutomaticPlanner, HasABoundedPriceWhenItsHintsMislead, ()) {
  const auto n = *rc::gen::inRange<std::uint32_t>(100, 3'000);
  Server server;
  server.bad = some_of(n, 40);
  server.window = *rc::gen::element(1U, 4U, 16U, 64U);
  server.order = *rc::gen::elementOf(kOrders);
  server.turns_every = *rc::gen::inRange(1U, 5U);
  server.grows_every = *rc::gen::inRange(0U, 4U);
  server.names_culprit = true;
  server.names_anyone = true;
  server.heal_later = some_of(n, 5);
  server.break_later = some_of(n, 5);
  const double searches =
      static_cast<double>(server.bad.size() + server.heal_later.size() + server.break_later.size()) + 1;
  const auto planner = adaptive_planner(n, {}, Rest::first);
  const Driven run = drive(*planner, server, n);
  RC_LOG() << run.calls << " calls";
  RC_ASSERT(run.calls <= 10 + searches * (4 * std::log2(n) + 8));
}

TEST(AutomaticPlanner, AsksNoMoreThanTwiceForEachBadMessageThatTheServerNames) {
  Server server;
  for (Ordinal i = 0; i < 20; ++i) server.bad.insert(i * 4'321 % 100'000);
  server.names_culprit = true;
  const auto planner = adaptive_planner(100'000, {}, Rest::first);
  EXPECT_LE(drive(*planner, server, 100'000).calls, 2 * server.bad.size() + 1);
}

TEST(AutomaticPlanner, AsksNoMoreThanTwiceForEachBadMessageBehindAnExactPrefix) {
  constexpr unsigned kWorlds = 50;
  constexpr unsigned kBad = 20;
  unsigned calls = 0;
  std::mt19937_64 chance(3);
  for (unsigned world = 0; world < kWorlds; ++world) {
    Server server;
    while (server.bad.size() < kBad) server.bad.insert(static_cast<Ordinal>(chance() % 10'000));
    server.window = 1;
    calls += drive(*adaptive_planner(10'000, {}, Rest::first), server, 10'000).calls;
  }
  EXPECT_LE(calls, kWorlds * (2 * kBad + 2));
}

RC_GTEST_PROP(OrdinalSet, AgreesWithASetOfNumbers, ()) {
  OrdinalSet set;
  std::set<Ordinal> naive;
  const auto steps = *rc::gen::container<std::vector<std::pair<unsigned, Ordinal>>>(
      rc::gen::pair(rc::gen::inRange(0U, 6U), rc::gen::inRange<Ordinal>(0, 40)));
  for (const auto& [verb, number] : steps) {
    const End end = number % 2 == 0 ? End::low : End::high;
    if (verb == 0 && !naive.contains(number)) {
      set.add(OrdinalSet(number, 1));
      naive.insert(number);
    } else if (verb == 1) {
      RC_ASSERT(set.erase(number) == (naive.erase(number) == 1));
    } else if (verb == 2) {
      const OrdinalSet taken = set.take(end, number / 8);
      for (const Ordinal ordinal : taken.ordinals()) RC_ASSERT(naive.erase(ordinal) == 1);
      const auto left = set.ordinals();
      for (const Ordinal ordinal : taken.ordinals()) {
        const bool beyond = left.empty() || (end == End::low ? ordinal < left.front() : ordinal > left.back());
        RC_ASSERT(beyond);
      }
    } else if (verb == 3) {
      const std::vector<Ordinal> gone{number, number + 1, number + 5};
      set.erase(gone);
      for (const Ordinal ordinal : gone) naive.erase(ordinal);
    } else if (verb == 4) {
      RC_ASSERT(set.contains(number) == naive.contains(number));
    } else {
      const auto beyond =
          static_cast<std::uint32_t>(std::count_if(naive.begin(), naive.end(), [&, limit = number](Ordinal o) {
            return end == End::low ? o < limit : o > limit;
          }));
      RC_ASSERT(set.count_beyond(end, number) == beyond);
    }
    RC_ASSERT(set.ordinals() == std::vector<Ordinal>(naive.begin(), naive.end()));
    RC_ASSERT(set.size() == naive.size());
  }
}

}  // namespace
}  // namespace mapisync
