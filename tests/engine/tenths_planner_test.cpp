// The planner against a naive oracle: every ordinal is settled or found bad, alone, and the calls stay below the seed's
// bound.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "engine/isolation/planner.h"

namespace mapisync {
namespace {

std::vector<Ordinal> flat(const PlannedBatch& batch) {
  std::vector<Ordinal> out;
  for (const Interval& interval : batch.intervals) {
    for (std::uint32_t i = 0; i < interval.count; ++i) out.push_back(interval.first + i);
  }
  EXPECT_EQ(out.size(), batch.size);
  EXPECT_TRUE(std::is_sorted(out.begin(), out.end()));
  return out;
}

struct Answered {
  std::set<Ordinal> delivered, condemned;
  std::uint32_t calls{0};
};

/// A server that fails at the first bad message of a list and has delivered what came before, `window` messages at a
/// time.
Answered answer_all(Planner& planner, const std::set<Ordinal>& bad, std::uint32_t window,
                    std::uint32_t list_max = 1'000'000) {
  Answered run;
  while (auto batch = planner.next(list_max)) {
    const std::vector<Ordinal> asked = flat(*batch);
    EXPECT_LE(asked.size(), list_max);
    EXPECT_LT(++run.calls, 100'000U);
    BatchOutcome outcome{true, {}, std::nullopt};
    for (std::size_t i = 0; i < asked.size(); ++i) {
      EXPECT_FALSE(run.delivered.contains(asked[i])) << "asked for again: " << asked[i];
      if (bad.contains(asked[i])) {
        outcome.succeeded = false;
        outcome.settled.resize(window == 0 ? 0 : i / window * window);
        break;
      }
      outcome.settled.push_back(asked[i]);
    }
    for (const Ordinal ordinal : outcome.settled) run.delivered.insert(ordinal);
    if (!outcome.succeeded && asked.size() == 1) run.condemned.insert(asked[0]);
    planner.feed(outcome);
  }
  EXPECT_EQ(planner.remaining(), 0U);
  return run;
}

TEST(TenthsPlanner, AllPlacementsOfUpToThreeBadAmongUpToEight) {
  int worlds = 0;
  for (std::uint32_t n = 0; n <= 8; ++n) {
    for (std::uint32_t mask = 0; mask < (1U << n); ++mask) {
      std::set<Ordinal> bad;
      for (std::uint32_t i = 0; i < n; ++i) {
        if ((mask >> i) & 1U) bad.insert(i);
      }
      if (bad.size() > 3) continue;
      for (const std::uint32_t window : {0U, 1U, 2U, 16U}) {
        for (const std::uint32_t list_max : {1U, 3U, 100U}) {
          auto planner = tenths_planner(n);
          const Answered run = answer_all(*planner, bad, window, list_max);
          EXPECT_EQ(run.condemned, bad);
          EXPECT_EQ(run.delivered.size(), n - bad.size());
          ++worlds;
        }
      }
    }
  }
  EXPECT_EQ(worlds, 255 * 4 * 3);
}

TEST(TenthsPlanner, OneBadAmongAThousandCostsWhatTheSeedPromises) {
  auto planner = tenths_planner(1'000);
  const Answered run = answer_all(*planner, {437}, 0);
  EXPECT_EQ(run.condemned, std::set<Ordinal>{437});
  EXPECT_EQ(run.calls, 30U);  // ten hundreds, ten tens, ten singles
}

TEST(TenthsPlanner, KeepsWhatAFailingCallDelivered) {
  auto planner = tenths_planner(1'000);
  const Answered run = answer_all(*planner, {437}, 1);
  EXPECT_EQ(run.condemned, std::set<Ordinal>{437});
  EXPECT_LE(run.calls, 30U);
}

TEST(TenthsPlanner, RemembersFailingGroupsInTheOrderTheyWouldBeAsked) {
  auto planner = tenths_planner(100);
  ASSERT_TRUE(planner->next(100));
  planner->feed({false, {}, std::nullopt});  // ordinals 0 to 9
  const auto groups = planner->failing_groups();
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].intervals, (std::vector<Interval>{{0, 10}}));
  EXPECT_EQ(groups[1].intervals, (std::vector<Interval>{{10, 90}}));

  auto resumed = tenths_planner(100, groups);
  EXPECT_EQ(resumed->remaining(), 100U);
  const auto first = resumed->next(100);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->intervals, (std::vector<Interval>{{0, 1}}));
  resumed->feed({true, {0}, std::nullopt});
  EXPECT_EQ(answer_all(*resumed, {7}, 0).condemned, std::set<Ordinal>{7});
}

TEST(TenthsPlanner, AsksForAllAtOnceWhileNothingIsKnown) {
  auto planner = tenths_planner(1'000, {}, Rest::first);
  EXPECT_TRUE(planner->failing_groups().empty());
  EXPECT_EQ(answer_all(*planner, {}, 0).calls, 1U);
  auto damaged = tenths_planner(1'000, {}, Rest::first);
  const Answered run = answer_all(*damaged, {437}, 0);
  EXPECT_EQ(run.condemned, std::set<Ordinal>{437});
  EXPECT_EQ(run.calls, 31U);  // the whole, then as if it had been known to fail
}

std::vector<Interval> first_asked(Rest rest) {
  const PlannedBatch group{{{10, 20}}, 20};
  auto planner = tenths_planner(100, {group}, rest);
  const auto batch = planner->next(100);
  return batch ? batch->intervals : std::vector<Interval>();
}

TEST(TenthsPlanner, WhatIsNewDoesNotWaitForWhatIsKnownToFail) {
  EXPECT_EQ(first_asked(Rest::first), (std::vector<Interval>{{0, 10}, {30, 70}}));
  EXPECT_EQ(first_asked(Rest::last), (std::vector<Interval>{{10, 2}}));
  EXPECT_EQ(first_asked(Rest::failing), (std::vector<Interval>{{10, 2}}));
}

TEST(TenthsPlanner, AsksForWhatIsNewAsAWhole) {
  for (const Rest rest : {Rest::first, Rest::last}) {
    const PlannedBatch group{{{10, 20}}, 20};
    auto planner = tenths_planner(100, {group}, rest);
    const Answered run = answer_all(*planner, {}, 0);
    EXPECT_EQ(run.calls, 10U + 1U);
    EXPECT_EQ(run.delivered.size(), 100U);
  }
}

TEST(TenthsPlanner, ARepeatAsksForTheSameLessWhatArrived) {
  auto planner = tenths_planner(20);
  const auto first = planner->next(100);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size, 2U);
  planner->repeat({false, {0}, std::nullopt});
  const auto again = planner->next(100);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->intervals, (std::vector<Interval>{{1, 1}}));
}

}  // namespace
}  // namespace mapisync
