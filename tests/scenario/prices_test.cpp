// What isolation costs: lists follow what calls and bytes cost, and however long a list is, an end in its middle costs
// the open batch.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

constexpr int kMessages = 200;

std::uint64_t held_of(World& w) {
  std::uint64_t held = 0;
  for (int i = 1; i <= kMessages; ++i) held += w.ledger("m" + std::to_string(i)) ? 1 : 0;
  return held;
}

/// The oldest message is bad, so that no pass brings anything, and all others are asked for in one list.
World& one_long_list(World& w) {
  w.options().batch_messages_max = 8;
  w.inbox().add(kMessages);
  return w.break_message("m1");
}

// Invariants 1 and 8: batches are committed within a call. Where the process ends in the middle of a list of 199, what
// was sent and is not held is one open batch, and what is sent again is no more than that.
TEST(Prices, ACrashInTheMiddleOfALongListCostsTheOpenBatch) {
  World whole({.faults = servers::delivers_prefix(), .silent = true});
  one_long_list(whole).sync();
  const std::uint64_t sent_in_all = whole.server().counts().messages_sent;
  const std::uint64_t twice = sent_in_all - (kMessages - 1);  // probes and controls
  std::uint64_t most_open = 0;
  std::uint64_t in_the_middle = 0;
  for (std::uint64_t at = 1; at <= whole.calls(); at += 3) {
    SCOPED_TRACE(testing::Message() << "crash at call " << at);
    World w({.faults = servers::delivers_prefix(), .silent = true});
    one_long_list(w).crash_at_call(at);
    ASSERT_TRUE(w.run().crashed);
    const std::uint64_t sent = w.server().counts().messages_sent;
    const std::uint64_t held = held_of(w);
    most_open = std::max(most_open, sent - std::min(sent, held));
    in_the_middle += held > 20 && held + 20 < kMessages ? 1 : 0;
    ASSERT_LE(sent, held + w.options().batch_messages_max + twice);
    w.settle();
    ASSERT_THAT(w, InStepExcept("m1"));
    ASSERT_LE(w.server().counts().messages_sent, sent_in_all + w.options().batch_messages_max + twice);
  }
  EXPECT_GT(in_the_middle, 10U);  // it was one long list
  EXPECT_GT(most_open, twice);    // and a batch was open
}

/// Every call takes a millisecond, and every message that arrives `each` besides.
void take_time(World& w, std::chrono::milliseconds each) {
  constexpr std::uint64_t kCalls = 20'000;
  auto seen = std::make_shared<std::uint64_t>(0);
  for (std::uint64_t n = 1; n <= kCalls; ++n) {
    w.at_call(n, [&w, seen, each] {
      const std::uint64_t sent = w.server().counts().messages_sent;
      w.clock().advance(std::chrono::milliseconds(1) + each * static_cast<int>(sent - *seen));
      *seen = sent;
    });
  }
}

std::uint64_t lists_asked_for(std::chrono::milliseconds each) {
  World w({.faults = servers::withholds(-1, false), .silent = true});
  w.folder("Archive").add(30);
  w.inbox().add(kMessages);
  w.break_message("m120");
  take_time(w, each);
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m120"));
  return w.server().counts().selective_exports;
}

// Where a failing call loses what it sent and sending takes longer than asking, lists are shorter.
TEST(Prices, ListsFollowWhatTheRunHasMeasured) {
  const std::uint64_t calls_only = lists_asked_for(std::chrono::milliseconds(0));
  EXPECT_LT(calls_only, 16U);
  EXPECT_GT(lists_asked_for(std::chrono::milliseconds(20)), calls_only + 4);
}

}  // namespace
}  // namespace mapisync::test
