// Planners that are told what a byte costs: they lose nothing whatever the prices, ask as before where only calls
// count, and take less time where bytes do.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "engine/isolation/call_price.h"
#include "tests/engine/planned_server.h"

namespace mapisync {
namespace {

constexpr std::uint64_t kEach = 75'000;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

SizeProfile alike(std::uint32_t candidates) {
  return {candidates, std::vector<std::uint64_t>(SizeProfile::samples_of(candidates), kEach)};
}

std::unique_ptr<Planner> priced(std::uint32_t candidates, double bytes_per_call, bool kept, Rest rest = Rest::first) {
  auto planner = adaptive_planner(candidates, {}, rest);
  planner->weigh_bytes(alike(candidates), bytes_per_call, kept);
  return planner;
}

Server drawn_server(std::uint32_t n) {
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
  return server;
}

// Prices and sizes are measured and claimed: they may be anything, and change between any two calls.
RC_GTEST_PROP(PricedPlanner, EndsAndLosesNothingWhateverThePricesAndTheServer, ()) {
  const auto method = *rc::gen::elementOf(kIsolationMethods);
  const auto n = *rc::gen::inRange<std::uint32_t>(1, 400);
  Server server = drawn_server(n);
  const auto list_max = *rc::gen::element(1U, 5U, 50U, 1'000U);
  const auto repeats = *rc::gen::element(0U, 2U, 5U);
  std::set<Ordinal> ever_bad = server.bad;
  ever_bad.insert(server.break_later.begin(), server.break_later.end());
  std::vector<std::uint64_t> sizes;
  while (sizes.size() < SizeProfile::samples_of(n)) {
    sizes.push_back(*rc::gen::element<std::uint64_t>(0, 1, 20'000, 75'000, 50'000'000, UINT64_MAX));
  }
  const auto planner = make_planner(method, n, {}, *rc::gen::element(Rest::failing, Rest::first, Rest::last));
  const SizeProfile profile(n, sizes);
  const auto prices = *rc::gen::container<std::vector<double>>(
      rc::gen::element(0.0, 1e-9, 1.0, 5e3, 5e5, 5e6, 1e18, kInfinite, std::nan("")));
  std::size_t told = 0;
  const Driven run = drive(*planner, server, list_max, repeats, [&] {
    if (!prices.empty()) {
      planner->weigh_bytes(profile, prices[told % prices.size()], told % 3 == 0);
      ++told;
    }
  });
  RC_ASSERT(run.delivered.size() + run.condemned.size() == n);
  RC_ASSERT(std::includes(ever_bad.begin(), ever_bad.end(), run.condemned.begin(), run.condemned.end()));
}

std::vector<std::vector<Interval>> lists_of(Planner& planner, Server server, std::uint32_t n) {
  std::vector<std::vector<Interval>> lists;
  while (auto batch = planner.next(n)) {
    lists.push_back(batch->intervals);
    planner.feed(server.answer(OrdinalSet(*batch).ordinals()));
  }
  return lists;
}

RC_GTEST_PROP(PricedPlanner, AsksForTheSameListsWhereOnlyCallsCount, ()) {
  const auto n = *rc::gen::inRange<std::uint32_t>(1, 2'000);
  const Server server = drawn_server(n);
  const auto rest = *rc::gen::element(Rest::failing, Rest::first);
  const auto untold = adaptive_planner(n, {}, rest);
  const auto told = priced(n, kInfinite, *rc::gen::arbitrary<bool>(), rest);
  RC_ASSERT(lists_of(*untold, server, n) == lists_of(*told, server, n));
}

/// A search for each bad message, for each that changes meanwhile and for each pair costs two questions for each
/// halving at the most where calls are dear; where they are cheap, twice the root of what there is to send, in calls.
RC_GTEST_PROP(PricedPlanner, HasABoundedPriceWhenItsHintsMislead, ()) {
  const auto n = *rc::gen::inRange<std::uint32_t>(100, 3'000);
  Server server = drawn_server(n);
  server.only_together.clear();
  const double per_call = *rc::gen::element(5e3, 5e5, 5e6);
  const double searches =
      static_cast<double>(server.bad.size() + server.heal_later.size() + server.break_later.size()) + 1;
  const auto planner = priced(n, per_call, *rc::gen::arbitrary<bool>());
  const Driven run = drive(*planner, server, n);
  const double weight = n * static_cast<double>(kEach) / per_call;
  const double cost = run.calls + static_cast<double>(server.lost) * kEach / per_call;
  RC_LOG() << run.calls << " calls, " << server.lost << " lost, " << cost << " in calls";
  RC_ASSERT(cost <= 10 + weight + searches * (4 * std::log2(n) + 8 + 4 * std::sqrt(weight)));
}

struct Spent {
  double calls{0}, lost{0};
  double messages{0};  // sent once whatever the method
  double in_calls(double bytes_per_call) const { return calls + (messages + lost) * kEach / bytes_per_call; }
};

Spent spent(std::uint32_t n, unsigned bad, std::uint32_t window, Order order, double told) {
  constexpr unsigned kWorlds = 12;
  Spent sum;
  std::mt19937_64 chance(5);
  for (unsigned world = 0; world < kWorlds; ++world) {
    Server server;
    server.window = window;
    server.order = order;
    while (server.bad.size() < bad) server.bad.insert(static_cast<Ordinal>(chance() % n));
    sum.calls += drive(*priced(n, told, window > 0), server, n).calls;
    sum.lost += static_cast<double>(server.lost);
    sum.messages += n;
  }
  return sum;
}

TEST(PricedPlanner, SpendsLessWhereBytesCostMoreThanCalls) {
  constexpr std::uint32_t kMessages = 2'000;
  for (const double per_call : {1e4, 5e5}) {  // 1 ms and 50 ms at 10 MB a second
    for (const unsigned bad : {1U, 10U}) {
      for (const std::uint32_t window : {0U, 64U}) {
        for (const Order order : {Order::oldest_first, Order::reshuffled}) {
          const Spent by_time = spent(kMessages, bad, window, order, per_call);
          const Spent by_calls = spent(kMessages, bad, window, order, kInfinite);
          EXPECT_LE(by_time.in_calls(per_call), 1.05 * by_calls.in_calls(per_call))
              << bad << " bad, window " << window << ", " << per_call << " bytes a call";
          if (window == 0) {
            EXPECT_LT(by_time.lost, by_calls.lost / 2);
          }
        }
      }
    }
  }
}

// Messages behind a slow line that are large at one end only: the lists there are the shorter ones.
TEST(PricedPlanner, AsksForFewerWhereMessagesAreLarge) {
  constexpr std::uint32_t kMessages = 10'000;
  std::vector<std::uint64_t> sizes(SizeProfile::samples_of(kMessages), 2'000);
  std::fill(sizes.begin(), sizes.begin() + 128, 2'000'000);
  const SizeProfile profile(kMessages, sizes);
  const auto first_of = [&](const PlannedBatch& failing) {
    const auto planner = adaptive_planner(kMessages, {failing}, Rest::last);
    planner->weigh_bytes(profile, 500'000, false);
    return planner->next(kMessages)->size;
  };
  EXPECT_LT(first_of({{{1'000, 1'000}}, 1'000}), first_of({{{8'000, 1'000}}, 1'000}) / 2);
}

// Invariant 8: what a planner remembers grows with what it found, not with the folder.
TEST(PricedPlanner, RemembersFewIntervalsOfAMillionMessages) {
  constexpr std::uint32_t kMessages = 1'000'000;
  const auto planner = priced(kMessages, 5e5, false);
  std::set<Ordinal> bad;
  for (Ordinal i = 1; i <= 20; ++i) bad.insert(i * 47'111);
  unsigned calls = 0;
  std::size_t found = 0;
  while (const auto batch = planner->next(kMessages)) {
    ++calls;
    EXPECT_LE(batch->intervals.size(), 2 * bad.size());
    const bool fails = std::any_of(batch->intervals.begin(), batch->intervals.end(), [&](const Interval& interval) {
      const auto at = bad.lower_bound(interval.first);
      return at != bad.end() && *at < interval.first + interval.count;
    });
    found += fails && batch->size == 1 ? 1 : 0;
    planner->feed({!fails, {}, std::nullopt});
    std::size_t intervals = 0;
    for (const PlannedBatch& group : planner->failing_groups()) intervals += group.intervals.size();
    EXPECT_LE(intervals, 4 * bad.size());
  }
  EXPECT_EQ(found, bad.size());
  EXPECT_LT(calls, 20'000U);
}

}  // namespace
}  // namespace mapisync
