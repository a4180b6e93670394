// Read states, which move no version.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

TEST(ReadStates, Follow) {
  World w;
  w.inbox().add(4).add_read("read");
  w.sync();
  EXPECT_THAT(w, InStep());
  w.mark_read("m1").mark_read("read", false);
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("Inbox").read_changes, 2U);
}

// Section 5 step 1: equal counters never save the pass; read states move no counter.
TEST(ReadStates, FollowAlthoughNoCounterMoves) {
  World w;
  w.inbox().add(4);
  w.sync();
  w.settle();
  w.mark_read("m3");
  w.sync();
  EXPECT_THAT(w, InStep());
}

// Section 5 step 4: a fence settles them from the table.
TEST(ReadStates, AreSettledByAFence) {
  for (const auto fence : servers::kFences) {
    SCOPED_TRACE(servers::name_of(fence));
    World w({.faults = servers::fenced(fence)});
    w.inbox().add(5);
    w.sync();
    w.break_with_new_version("m2").mark_read("m4").mark_read("m2");
    w.sync();
    w.settle();
    EXPECT_THAT(w, InStepExcept("m2"));
  }
}

// Invariant 9 and 7.5 row 5: deletions and read states before the messages.
TEST(ReadStates, MayComeBeforeTheMessages) {
  auto plan = servers::calm();
  plan.server.settle_first = true;
  World w({.faults = plan});
  w.inbox().add(4);
  w.sync();
  w.mark_read("m1").modify("m1").remove("m2").mark_read("m3");
  w.inbox().add("new");
  w.mark_read("new");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

TEST(ReadStates, AndAModificationTogether) {
  World w;
  w.inbox().add(4);
  w.sync();
  w.modify("m1").mark_read("m1");
  w.mark_read("m2").modify("m2").mark_read("m2", false);
  w.sync();
  EXPECT_THAT(w, InStep());
}

// Between pass and end, at any call.
TEST(ReadStates, ChangedInTheMiddleOfARun) {
  World trial;
  trial.inbox().add(3).add_bad("bad");
  trial.sync();
  const auto calls = trial.calls();
  for (std::uint64_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE(testing::Message() << "marked before call " << at);
    World w;
    w.inbox().add(3).add_bad("bad");
    w.at_call(at, [&w] { w.mark_read("m2"); });
    w.run();
    w.settle();
    ASSERT_THAT(w, InStepExcept("bad"));
  }
}

}  // namespace
}  // namespace mapisync::test
