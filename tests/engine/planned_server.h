// A server that a planner is played against, which may mislead in every way, and the play. One thread.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "engine/isolation/ordinal_set.h"
#include "engine/isolation/planner.h"

namespace mapisync {

enum class Order { newest_first, oldest_first, fixed, reshuffled };
inline constexpr std::array kOrders{Order::newest_first, Order::oldest_first, Order::fixed, Order::reshuffled};

struct Server {
  std::set<Ordinal> bad;
  std::uint32_t window{0};  // messages per buffer; 0 = a failing call delivers nothing
  Order order{Order::oldest_first};
  bool names_culprit{false};
  // What misleads:
  std::set<std::pair<Ordinal, Ordinal>> only_together;  // two that fail in one call and not alone
  unsigned turns_every{0};                              // after so many calls the order changes
  unsigned grows_every{0};                              // after so many calls the window doubles
  bool names_anyone{false};                             // what it had begun is not the culprit
  std::set<Ordinal> heal_later, break_later;            // after half a dozen calls
  std::mt19937_64 chance{1};
  unsigned calls{0};
  std::uint64_t lost{0};  // messages sent by a failing call and not delivered: to be sent again

  void turn() {
    ++calls;
    if (turns_every != 0 && calls % turns_every == 0) order = kOrders[(static_cast<unsigned>(order) + 1) % 4];
    if (grows_every != 0 && calls % grows_every == 0) window = std::min(window * 2 + 1, 256U);
    if (calls != 6) return;
    for (const Ordinal healed : heal_later) bad.erase(healed);
    for (const Ordinal broken : break_later) bad.insert(broken);
  }

  std::vector<Ordinal> sent(std::vector<Ordinal> list) {
    std::mt19937_64 always_the_same(7);
    if (order == Order::oldest_first) std::reverse(list.begin(), list.end());
    if (order == Order::reshuffled) std::shuffle(list.begin(), list.end(), chance);
    if (order == Order::fixed) {
      std::sort(list.begin(), list.end(), [](Ordinal a, Ordinal b) { return a * 2'654'435'761U < b * 2'654'435'761U; });
    }
    return list;
  }

  bool fails_at(const std::vector<Ordinal>& list, std::size_t at) const {
    if (bad.contains(list[at])) return true;
    return std::any_of(only_together.begin(), only_together.end(), [&](const auto& pair) {
      const auto before = list.begin() + static_cast<std::ptrdiff_t>(at);
      return (pair.first == list[at] && std::find(list.begin(), before, pair.second) != before) ||
             (pair.second == list[at] && std::find(list.begin(), before, pair.first) != before);
    });
  }

  BatchOutcome answer(const std::vector<Ordinal>& asked) {
    turn();
    BatchOutcome outcome{true, {}, std::nullopt};
    std::vector<Ordinal> list = sent(asked);
    for (std::size_t at = 0; at < list.size(); ++at) {
      if (!fails_at(list, at)) continue;
      outcome.succeeded = false;
      if (names_culprit) outcome.begun = names_anyone ? list[chance() % list.size()] : list[at];
      list.resize(window == 0 ? 0 : at / window * window);
      lost += at - list.size();
      break;
    }
    outcome.settled = std::move(list);
    std::sort(outcome.settled.begin(), outcome.settled.end());
    if (outcome.begun && std::binary_search(outcome.settled.begin(), outcome.settled.end(), *outcome.begun)) {
      outcome.begun.reset();
    }
    return outcome;
  }
};

struct Driven {
  std::set<Ordinal> delivered, condemned;
  unsigned calls{0};
};

inline constexpr unsigned kEndless = 200'000;

/// `repeats`: every so many calls are noise, and repeated. `before_each`: call.
inline Driven drive(
    Planner& planner, Server& server, std::uint32_t list_max, unsigned repeats = 0,
    const std::function<void()>& before_each = [] {}) {
  Driven run;
  for (before_each(); auto batch = planner.next(list_max); before_each()) {
    const std::vector<Ordinal> asked = OrdinalSet(*batch).ordinals();
    EXPECT_EQ(asked.size(), batch->size);
    EXPECT_LE(asked.size(), list_max);
    EXPECT_TRUE(std::is_sorted(asked.begin(), asked.end()));
    for (const Ordinal ordinal : asked) EXPECT_FALSE(run.delivered.contains(ordinal)) << "twice: " << ordinal;
    if (++run.calls > kEndless) {
      ADD_FAILURE() << "no end";
      return run;
    }
    if (repeats != 0 && run.calls % repeats == 0) {
      const std::size_t some = asked.size() / 3;
      run.delivered.insert(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(some));
      planner.repeat({false, {asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(some)}, std::nullopt});
      continue;
    }
    const BatchOutcome outcome = server.answer(asked);
    run.delivered.insert(outcome.settled.begin(), outcome.settled.end());
    if (!outcome.succeeded && asked.size() == 1) run.condemned.insert(asked[0]);
    planner.feed(outcome);
  }
  EXPECT_EQ(planner.remaining(), 0U);
  EXPECT_TRUE(planner.failing_groups().empty());
  return run;
}

/// At most so many of [0, n), drawn by the property that asks.
inline std::set<Ordinal> some_of(std::uint32_t n, std::size_t most) {
  const auto list = *rc::gen::container<std::vector<Ordinal>>(rc::gen::inRange<Ordinal>(0, n));
  std::set<Ordinal> set(list.begin(), list.end());
  while (set.size() > most) set.erase(set.begin());
  return set;
}

}  // namespace mapisync
