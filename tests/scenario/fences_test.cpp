// Getting a state although no pass ends: every way a server may offer, and none.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using servers::Fence;

class EveryFence : public testing::TestWithParam<Fence> {
 protected:
  WorldSetup setup() const { return {.faults = servers::fenced(GetParam())}; }
};
INSTANTIATE_TEST_SUITE_P(Fences, EveryFence, testing::ValuesIn(servers::kFences),
                         [](const auto& p) { return servers::name_of(p.param); });

// Invariants 1, 5; section 5 step 4.
TEST_P(EveryFence, TheFirstSyncGoesPastABadMessage) {
  World w(setup());
  w.inbox().add(6).add_bad("bad");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
}

TEST_P(EveryFence, ALaterSyncGoesPastABadMessage) {
  World w(setup());
  w.inbox().add(6);
  w.sync();
  w.break_with_new_version("m3");
  w.inbox().add("new");
  w.remove("m1");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m3"));
}

// Section 5 step 4: from here ordinary passes work again and new mail flows in the next run.
TEST_P(EveryFence, NewMailFlowsInTheNextRun) {
  World w(setup());
  w.inbox().add(6).add_bad("bad");
  w.sync();
  w.settle();
  for (int round = 0; round < 3; ++round) {
    w.inbox().add(1);
    w.sync();
    EXPECT_THAT(w, InStepExcept("bad")) << "round " << round;
  }
}

// F7, F14: what a quiet run costs. With a fence: one export and no failing one. Without: the failing pass is not
// repeated while the quarantine is unchanged (section 5 step 7).
TEST_P(EveryFence, AQuietRunFailsAtNothing) {
  World w(setup());
  w.inbox().add(6).add_bad("bad");
  w.sync();
  w.settle(3);
  w.sync();
  EXPECT_EQ(w.report("Inbox").costs.failing_calls, GetParam() == Fence::restriction ? 1U : 0U) << w.story();
}

// Invariant 5: a message that arrives between fence and table is not covered in silence. The sweep would find it; there
// must be nothing to find.
TEST_P(EveryFence, NewMailAtAnyCall) {
  World trial(setup());
  trial.inbox().add(2).add_bad("bad");
  trial.sync();
  const auto calls = trial.calls();
  for (std::uint64_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE(testing::Message() << "new mail before call " << at);
    World w(setup());
    w.inbox().add(2).add_bad("bad");
    w.at_call(at, [&w] { w.inbox().add("new"); });
    w.run();
    for (int run = 0; run < 2; ++run) {
      w.sync();
      ASSERT_THAT(w.event_names(), testing::Not(testing::Contains("damaged new"))) << w.story();
    }
    w.settle();
    ASSERT_THAT(w, InStepExcept("bad"));
  }
}

// Section 5 step 7: a whole table once; then what was committed since, as long as the counters vouch for the rest.
class TableHead : public testing::Test {
 protected:
  TableHead() : w({.faults = servers::fenced(Fence::none)}) {
    w.options().head_margin = Duration::zero();  // the fake's clock moves with its changes
    w.inbox().add(30).add_bad("bad");
    w.sync();
    w.settle(3);
  }
  std::uint64_t rows_of_a_run() {
    w.sync();
    return w.report("Inbox").costs.table_rows;
  }
  World w;
};

TEST_F(TableHead, IsEnoughForWhatIsNew) {
  w.options().table_page_rows = 2;
  w.inbox().add(3);
  w.modify("m5");
  EXPECT_LE(rows_of_a_run(), 8U);
  EXPECT_THAT(w, InStepExcept("bad"));
}

TEST_F(TableHead, DoesNotHideADeletion) {
  w.remove("m7");
  w.inbox().add(1);
  EXPECT_GE(rows_of_a_run(), 31U);
  EXPECT_THAT(w, InStepExcept("bad"));
}

TEST_F(TableHead, DoesNotHideAMessageWithAnOldDate) {
  w.soft_remove("m9");
  w.sync();
  w.bring_back("m9");
  rows_of_a_run();
  w.settle(3);
  EXPECT_THAT(w, InStepExcept("bad"));
}

TEST_F(TableHead, LeavesReadMarksToTheSweep) {
  w.options().sweep_every_runs = 3;
  w.mark_read("m7");
  for (int run = 0; run < 3; ++run) rows_of_a_run();
  EXPECT_THAT(w, InStepExcept("bad"));
}

// Section 5 step 8: every message exports and the pass still fails: the state is the culprit.
TEST(Fences, AStateThatFailsIsReplaced) {
  World w;
  w.inbox().add(4);
  w.sync();
  auto plan = servers::calm();
  plan.server.state_fails_after = 1;  // 7.5 row 18: config succeeds, some callbacks, then CALL_FAILED
  w.server(plan, "runs from a state fail after one message");
  w.spoil_states();
  for (const char* name : {"m1", "m2", "m3"}) w.modify(name);
  w.sync();
  EXPECT_THAT(w.differences(), testing::IsEmpty()) << w.story();
  EXPECT_THAT(w.names_of(UnsettledClass::quarantined), testing::IsEmpty());
  w.server(servers::calm(), "well again");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// The exporter refuses the saved state: nothing unchanged is fetched again without need, and nothing is lost.
TEST(Fences, ARefusedStateIsReplaced) {
  World w;
  w.inbox().add(4);
  w.sync();
  auto plan = servers::calm();
  plan.server.refuse_states = true;
  w.server(plan, "refuses every state");
  w.modify("m1").remove("m2");
  w.inbox().add("new");
  w.sync();
  EXPECT_THAT(w.differences(), testing::IsEmpty()) << w.story();
  w.server(servers::calm(), "accepts states");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// 7.5 row 18 and row 6: states taken on the way (2007) must not cover what was not committed.
TEST(Fences, LiveCheckpointsOfAnOldServerAreNotTrustedTooEarly) {
  World w({.faults = servers::exchange_2007()});
  w.inbox().add(8).add_bad("bad");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
}

// F9: a table that is no snapshot. A change between two pages makes one row come twice and another never.
TEST_P(EveryFence, ATableThatMovesWhileItIsRead) {
  auto plan = servers::fenced(GetParam());
  plan.server.page_rows = 1;
  const auto begin = [&](World& w) {
    w.inbox().add(4);
    w.sync();
    w.break_with_new_version("m2");
  };
  World trial({.faults = plan});
  begin(trial);
  trial.sync();
  const auto calls = trial.calls();
  for (std::uint64_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE(testing::Message() << "before call " << at);
    World w({.faults = plan});
    begin(w);
    w.at_call(at, [&w] { w.modify("m1").remove("m4").inbox().add("new"); });
    w.run();
    w.settle(3);
    ASSERT_THAT(w, InStepExcept("m2"));
  }
}

}  // namespace
}  // namespace mapisync::test
