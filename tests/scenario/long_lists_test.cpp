// However long a list is, an end in its middle costs the open batch.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

constexpr int kLongList = 200;

std::uint64_t held_of(World& w) {
  std::uint64_t held = 0;
  for (int i = 1; i <= kLongList; ++i) held += w.ledger("m" + std::to_string(i)) ? 1 : 0;
  return held;
}

/// One message in a buffer, one buffer a step.
fake::FaultPlan sends_one_by_one() {
  fake::FaultPlan plan = servers::delivers_prefix();
  plan.server.buffer_messages = 1;
  return plan;
}

/// The oldest message is bad, so that no pass brings anything, and all others are asked for in one list.
World& one_long_list(World& w) {
  w.options().batch_messages_max = 8;
  w.inbox().add(kLongList);
  return w.break_message("m1");
}

// Invariants 1 and 8: batches are committed within a call. Where the process ends in the middle of a list of 199, what
// was sent and is not held is one open batch, and what is sent again is no more than that.
TEST(LongLists, ACrashInTheMiddleOfALongListCostsTheOpenBatch) {
  World whole({.faults = sends_one_by_one(), .silent = true});
  one_long_list(whole).sync();
  const std::uint64_t sent_in_all = whole.server().counts().messages_sent;
  const std::uint64_t twice = sent_in_all - (kLongList - 1);  // probes and controls
  std::uint64_t most_open = 0;
  std::uint64_t in_the_middle = 0;
  for (std::uint64_t at = 1; at <= whole.calls(); at += 13) {
    SCOPED_TRACE(testing::Message() << "crash at call " << at);
    World w({.faults = sends_one_by_one(), .silent = true});
    one_long_list(w).crash_at_call(at);
    ASSERT_TRUE(w.run().crashed);
    const std::uint64_t sent = w.server().counts().messages_sent;
    const std::uint64_t held = held_of(w);
    most_open = std::max(most_open, sent - std::min(sent, held));
    in_the_middle += held > 20 && held + 20 < kLongList ? 1 : 0;
    ASSERT_LE(sent, held + w.options().batch_messages_max + twice);
    w.settle();
    ASSERT_THAT(w, InStepExcept("m1"));
    ASSERT_LE(w.server().counts().messages_sent, sent_in_all + w.options().batch_messages_max + twice);
  }
  EXPECT_GT(in_the_middle, 5U);  // it was one long list
  EXPECT_GT(most_open, twice);   // and a batch was open
}

}  // namespace
}  // namespace mapisync::test
