// The stories that the sweeps play: what a mirror goes through, on servers of every kind. Values.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/world.h"

namespace mapisync::test {

struct Story {
  std::string name;
  fake::FaultPlan server;
  std::function<void(World&)> before;   // ends with a sync, or does nothing
  std::function<void(World&)> changes;  // what the swept run meets
  std::vector<std::string> bad;         // what is set aside in the end, sorted
  std::function<void(World&)> arrange;  // options, the sink, excuses for the oracle; may be empty
};

/// Every kind of fence and order, change, damage, deletion, move, change of the hierarchy, refusal and limit.
const std::vector<Story>& stories();

/// What the sweeps compare at the end of a story: in step as the story says, after quiet runs. Empty = all is well.
std::vector<std::string> complaints_at_the_end(World& world, const Story& story);

/// Short unless MAPISYNC_SWEEP=all is in the environment.
bool every_instant();

}  // namespace mapisync::test
