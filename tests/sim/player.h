// Plays a history: the real engine against the fake, a simulated process for each run, and the oracle after each of
// them. One thread; nothing but the history decides what happens.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "providers/fake/fake_mailbox.h"
#include "tests/sim/history.h"
#include "tests/sim/tally.h"
#include "tests/support/mirror.h"

namespace mapisync::sim {

/// Defects to be planted, so that the simulator can show that it finds them.
enum class Plant : std::uint8_t {
  none,
  lost_message,   // the target says that it stored the message with the label of the highest number, and did not
  lost_deletion,  // the target forgets that a message was deleted
  chance,         // a run does not repeat itself
};

struct Outcome {
  std::vector<std::string> complaints;  // empty = all is well
  std::vector<std::uint64_t> prints;    // of each run: calls, report, all that is held
  std::string story;                    // of a history with complaints
  Tally tally;
  std::uint64_t runs{0};
};

/// What one history after the other can be played on, which is faster than making all of it anew.
struct Stage {
  Stage();
  std::shared_ptr<fake::FakeMailbox> mailbox;
  test::EmptyMirror mirror;
};

/// Once.
Outcome play(const History& history, const Stage& stage, Plant plant = Plant::none);
/// Twice, and what differs is a complaint.
Outcome play_twice(const History& history, const Stage& stage, Plant plant = Plant::none);

}  // namespace mapisync::sim
