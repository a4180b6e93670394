// What isolation is expected to cost before it begins: the planner that would be used plays against folders in which so
// many bad messages lie scattered. Pure: the same question has the same answer.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/isolation/call_price.h"
#include "engine/isolation/size_profile.h"
#include "engine/isolation_method.h"
#include "engine/model/records.h"

namespace mapisync {

struct ForecastQuestion {
  std::uint32_t messages{0};  // to be asked for; an export of all of them has just failed
  std::uint64_t bytes{0};     // of all of them
  CallPrice price;
  IsolationMethod method{IsolationMethod::automatic};
  std::uint32_t list_max{1};  // messages in one list
};

/// Means over several folders.
struct ForecastLine {
  std::uint32_t bad{0};
  double calls{0};  // exports, those that prove the bad ones included
  double proof{0};  // of these: the second failing export of each bad message
  double bytes{0};  // sent: every message that exports, once, and what is sent again
  double again{0};  // of these: sent by a failing call and lost
  double seconds{0};
};

/// Assumes a server that keeps nothing of a failing call and sends the oldest first: one that keeps what came before
/// the bad message costs less. One line for 1, 10 and 100 bad messages each, as far as there are so many messages. Some
/// hundred milliseconds of work at 1,000,000 messages.
std::vector<ForecastLine> forecast(const ForecastQuestion& question);

/// From earlier runs, newest first: what is left of their time besides exports (tables, commits) is in it too. nullopt:
/// too few, or too much alike.
std::optional<CallPrice> price_of_runs(const std::vector<RunRecord>& runs);

/// Why the planner asks as it does.
enum class ListRule : std::uint8_t {
  fixed,     // the method does not look at prices
  by_calls,  // sending is so cheap that only calls count
  by_time    // lists are shorter, so that a failing one loses less
};
const char* name_of(ListRule rule) noexcept;

struct FirstList {
  ListRule rule{ListRule::by_calls};
  std::uint32_t messages{0};    // in a list while nothing is known but that something is bad
  double messages_per_call{0};  // so many are sent in the time of one call
};
FirstList first_list(const ForecastQuestion& question);

}  // namespace mapisync
