// Many histories, one seed after the other, in processes of their own, so that one that ends its process is a finding
// like any other. POSIX; for processes with one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/player.h"
#include "tests/sim/shrinker.h"

namespace mapisync::sim {

struct CampaignOptions {
  std::uint64_t from{1};                       // the first seed
  std::optional<std::uint64_t> histories{};    // how many; absent: until the time is up
  std::optional<std::chrono::seconds> time{};  // decides when to stop, and nothing else
  unsigned jobs{1};
  bool keep_going{false};  // after a failure
  Plant plant{Plant::none};
};

struct Failing {
  std::uint64_t seed{0};
  std::string complaint;  // the first
};

struct CampaignReport {
  std::uint64_t histories{0}, runs{0};
  std::vector<Failing> failing;  // by seed
  Tally tally;
};

CampaignReport run_campaign(const CampaignOptions& options);

/// One history in a process of its own, twice. The first complaint, or "the process died".
std::optional<std::string> complaint_of(const History& history, Plant plant);

/// Shrinks a failing history; what it fails with stays of the same kind.
Shrunk shrink_failing(const History& history, Plant plant);

}  // namespace mapisync::sim
