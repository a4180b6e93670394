// Stops, limits and crashes: a run may end anywhere, and the next one goes on.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

/// Runs until the grade says that nothing is left to do; fails the test after `most` runs.
unsigned run_until_complete(World& w, unsigned most) {
  for (unsigned run = 1; run <= most; ++run) {
    w.sync();
    if (w.report().grade != Grade::incomplete) return run;
  }
  ADD_FAILURE() << "still incomplete after " << most << " runs\n" << w.story();
  return most;
}

// Invariant 8: one call a run still gets there. F2: a message that arrives later is not starved.
TEST(ResumeAndLimits, OneCallARunStillConverges) {
  for (const auto fence : servers::kFences) {
    SCOPED_TRACE(servers::name_of(fence));
    World w({.faults = servers::fenced(fence)});
    w.options().limits.calls = 1;
    w.inbox().add(6).add_bad("bad");
    w.sync();
    w.inbox().add("later");
    for (int run = 0; run < 25; ++run) w.sync();
    EXPECT_THAT(w, InStepExcept("bad"));
  }
}

// Invariant 8: a search of one call a run goes on where it was, also among those for whom a run asked that was broken
// off.
TEST(ResumeAndLimits, OneCallARunConvergesAfterARunThatWasBrokenOff) {
  fake::FaultPlan plan;
  plan.server.catch_up = CatchUp::none;
  plan.server.announced.composed_state = Known::no;
  plan.server.announced.id_form = IdForm::source_key;
  for (std::uint64_t at = 1; at <= 20; ++at) {
    for (const bool crash : {true, false}) {
      World w({.faults = plan});
      w.options().limits.calls = 1;
      ASSERT_TRUE(w.mailbox().add_standard_folders());
      w.inbox().add(6).add_bad("m7");
      w.run();
      w.run();
      w.heal_with_new_version("m1");
      if (crash) {
        w.crash_at_call(at);
      } else {
        w.sink_script().fail_call = w.sink_script().calls + at;
      }
      w.run();
      w.sink_script().fail_call = 0;
      w.break_with_new_version("m5");
      for (int run = 0; run < 80; ++run) w.sync();
      ASSERT_THAT(w, InStepExcept("m5", "m7"))
          << (crash ? "the process ended at call " : "the target failed at call ") << at;
    }
  }
}

// Invariant 12: one folder never starves another, whatever the budget.
TEST(ResumeAndLimits, OneCallARunReachesEveryFolder) {
  World w;
  w.options().limits.calls = 1;
  w.folder("A").add(3).add_bad("bad");
  w.folder("B").add(3);
  w.folder("C").add(3);
  for (int run = 0; run < 40; ++run) w.sync();
  EXPECT_THAT(w, InStepExcept("bad"));
  w.folder("A").add("a");
  w.folder("B").add("b");
  w.folder("C").add("c");
  for (int run = 0; run < 10; ++run) w.sync();
  EXPECT_THAT(w, InStepExcept("bad"));
}

TEST(ResumeAndLimits, AFewBytesARunStillConverge) {
  World w;
  w.options().limits.bytes = 1;
  w.inbox().add(6).add_bad("bad");
  run_until_complete(w, 40);
  w.settle(5);
  EXPECT_THAT(w, InStepExcept("bad"));
}

TEST(ResumeAndLimits, NoTimeStillConverges) {
  World w;
  w.options().limits.time = Duration{0};
  w.inbox().add(6).add_bad("bad");
  run_until_complete(w, 40);
  w.settle(5);
  EXPECT_THAT(w, InStepExcept("bad"));
}

TEST(ResumeAndLimits, SmallBatchesAndShortListsConverge) {
  World w;
  w.options().batch_messages_max = 1;
  w.options().selective_list_max = 2;
  w.options().table_page_rows = 1;
  w.inbox().add(8);
  w.break_message("m3");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m3"));
}

// 7.5: a server whose longest selective list is short, and does not say so.
TEST(ResumeAndLimits, AServerWithShortListsConverges) {
  auto plan = servers::calm();
  plan.server.selective_list_max = 2;
  World w({.faults = plan});
  w.inbox().add(8);
  w.break_message("m3").break_message("m7");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m3", "m7"));
}

World& story_with_everything(World& w) {
  w.folder("Archive").add("old");
  w.inbox().add(4).add_associated("rule").add_bad("bad");
  return w;
}

class StopAnywhere : public testing::TestWithParam<servers::Fence> {};
INSTANTIATE_TEST_SUITE_P(Fences, StopAnywhere, testing::ValuesIn(servers::kFences),
                         [](const auto& p) { return servers::name_of(p.param); });

// Invariant 1: the first SIGINT, at every call: what was delivered is committed, the run says "incomplete", the next
// one goes on.
TEST_P(StopAnywhere, AStopAtEveryCall) {
  std::uint64_t calls = 1;
  for (std::uint64_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE(testing::Message() << "stopped at call " << at);
    World w({.faults = servers::fenced(GetParam())});
    story_with_everything(w).stop_at_call(at);
    w.sync();
    if (at == 1) {
      World whole({.faults = servers::fenced(GetParam())});
      story_with_everything(whole).sync();
      calls = whole.calls();
      EXPECT_EQ(w.report().grade, Grade::incomplete);
    }
    w.settle();
    ASSERT_THAT(w, InStepExcept("bad"));
  }
}

// Invariant 1: the process ends at every call.
TEST_P(StopAnywhere, ACrashAtEveryCall) {
  World whole({.faults = servers::fenced(GetParam())});
  story_with_everything(whole).sync();
  for (std::uint64_t at = 1; at <= whole.calls(); ++at) {
    SCOPED_TRACE(testing::Message() << "crash at call " << at);
    World w({.faults = servers::fenced(GetParam())});
    story_with_everything(w).crash_at_call(at);
    EXPECT_TRUE(w.run().crashed);
    w.settle();
    ASSERT_THAT(w, InStepExcept("bad"));
  }
}

/// Whom a committed fence covers and nobody holds. For worlds in which nothing changed since.
Names covered_by_a_fence_and_nowhere(World& w) {
  Names lost;
  const Holding holding = w.holding();
  for (const TrueFolder& folder : w.truth()) {
    for (const HeldFolder& held : holding.folders) {
      if (held.record.info.key != folder.key || !held.checkpoint || !held.checkpoint->sweep_due) continue;
      std::set<SourceKey> keys;
      for (const LedgerRow& row : held.ledger) keys.insert(row.key);
      for (const UnsettledRow& row : held.unsettled) keys.insert(row.row.source_key);
      for (const TrueMessage& message : folder.messages) {
        if (!keys.contains(message.key)) lost.push_back(message.label);
      }
    }
  }
  return lost;
}

// Invariant 1: the process ends right before and right after every commit. The sweep after a fence would find what the
// fence forgot, so each instant is looked at by itself, too.
TEST_P(StopAnywhere, ACrashAroundEveryCommit) {
  for (const bool before : {true, false}) {
    bool crashed = true;
    for (std::uint64_t n = 1; crashed; ++n) {
      SCOPED_TRACE(testing::Message() << "crash " << (before ? "before" : "after") << " commit " << n);
      World w({.faults = servers::fenced(GetParam())});
      story_with_everything(w);
      if (before) {
        w.store_watch().crash_before_commit(n);
      } else {
        w.store_watch().crash_after_commit(n);
      }
      crashed = w.run().crashed;
      ASSERT_EQ(covered_by_a_fence_and_nowhere(w), Names{}) << w.story();
      w.settle();
      ASSERT_THAT(w, InStepExcept("bad"));
    }
  }
}

// Invariant 1: what is fetched again after the end of a process is at most the open batch, wherever in the pass it
// ends.
TEST_P(StopAnywhere, AKilledPassCostsTheOpenBatch) {
  constexpr std::uint64_t kMessages = 12;
  constexpr std::uint64_t kBatch = 3;
  constexpr std::uint64_t kIdForm = 1;  // a message we hold, to find out which ids a selective list takes
  bool crashed = true;
  for (std::uint64_t at = 1; crashed; ++at) {
    SCOPED_TRACE(testing::Message() << "crash at call " << at);
    World w({.faults = servers::fenced(GetParam())});
    w.options().batch_messages_max = kBatch;
    w.inbox().add(kMessages);
    w.crash_at_call(at);
    crashed = w.run().crashed;
    w.sync();
    EXPECT_LE(w.server().counts().messages_sent, kMessages + kBatch + kIdForm) << w.story();
    w.settle();
    ASSERT_THAT(w, InStep());
  }
}

// Invariants 1 and 6: what has arrived, but not with its state, may be gone before anybody asks again; the server never
// tells of it, and no counter does here.
TEST_P(StopAnywhere, DeletedAfterACrashAroundAnyCommit) {
  auto plan = servers::fenced(GetParam());
  plan.server.counters = fake::CountersTelling::absent;
  for (const bool first : {true, false}) {
    for (const bool before : {true, false}) {
      bool crashed = true;
      for (std::uint64_t at = 1; crashed; ++at) {
        World w({.faults = plan});
        w.inbox().add(2);
        if (!first) w.sync();
        w.inbox().add("gone").add("kept");
        before ? w.store_watch().crash_before_commit(at) : w.store_watch().crash_after_commit(at);
        crashed = w.run().crashed;
        w.remove("gone");
        w.sync();
        ASSERT_THAT(w, InStep()) << (before ? "before" : "after") << " commit " << at;
      }
    }
  }
}

// Invariants 1, 6: the process ends within a pass, and what it brought is deleted while the next run is under way: a
// pass that never saw it must not cover it. Nobody would report that deletion, and there are no counters to show it.
TEST_P(StopAnywhere, WhatAKilledPassDeliveredIsNotCoveredByALaterOne) {
  auto plan = servers::fenced(GetParam());
  plan.server.counters = fake::CountersTelling::absent;
  std::uint64_t calls = 1;
  std::size_t arriving = 0;
  for (std::uint64_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE(testing::Message() << "deleted before call " << at << " of the second run");
    World w({.faults = plan});
    w.options().batch_messages_max = 1;
    w.inbox().add(4);
    w.store_watch().crash_after_commit(7);
    ASSERT_TRUE(w.run().crashed);
    for (const HeldFolder& folder : w.holding().folders) {
      for (const LedgerRow& row : folder.ledger) arriving += row.coverage == Coverage::arriving ? 1 : 0;
    }
    w.at_call(at, [&w] {
      for (const char* name : {"m1", "m2", "m3", "m4"}) w.remove(name);
    });
    w.run();
    if (at == 1) {
      World whole({.faults = plan});
      whole.options().batch_messages_max = 1;
      whole.inbox().add(4);
      whole.store_watch().crash_after_commit(7);
      whole.run();
      whole.sync();
      calls = whole.calls();
    }
    w.settle();
    ASSERT_THAT(w, InStep());
  }
  EXPECT_GT(arriving, 0U);
}

// Invariant 1: work done is not done again: after a stop in isolation what arrived is not fetched a second time.
TEST(ResumeAndLimits, WhatArrivedBeforeAStopIsNotFetchedAgain) {
  World w;
  w.inbox().add(10);
  w.break_message("m5");
  w.options().limits.calls = 6;
  w.sync();
  w.options().limits.calls.reset();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m5"));
  EXPECT_LE(w.sink_script().upserts, 12U);
}

// The local store fails in the middle: the run ends with a failure that names it, and nothing is half done.
TEST(ResumeAndLimits, AFailingStoreAtEveryCall) {
  World whole;
  story_with_everything(whole).sync();
  const auto store_calls = whole.store_watch().calls();
  for (std::uint64_t n = 1; n <= store_calls; n += 7) {
    SCOPED_TRACE(testing::Message() << "store call " << n);
    World w;
    story_with_everything(w);
    w.store_watch().fail_call(n, fail(Errc::store_full, Scope::process, Retry::later, "no space left (scripted)"));
    const RunEnd end = w.run();
    ASSERT_TRUE(end.failure || end.report) << w.story();
    if (end.failure) {
      EXPECT_EQ(end.failure->errc(), Errc::store_full);
    }
    w.settle();
    ASSERT_THAT(w, InStepExcept("bad"));
  }
}

// Invariant 8: any limit comes to an end, in every round; also where nothing can serve as a control, and where a
// restriction hides what has to be asked about in every run.
TEST(Limits, AnyLimitComesToAnEnd) {
  for (const auto fence : servers::kFences) {
    for (const std::uint64_t calls : {1U, 2U, 3U}) {
      SCOPED_TRACE(testing::Message() << servers::name_of(fence) << ", " << calls << " calls a run");
      World w({.faults = servers::fenced(fence)});
      w.folder("Bad only").add_bad("b1").add_bad("b2");
      w.folder("Mixed").add(4).add_bad("b3").add_bad("b4");
      w.options().limits.calls = calls;
      for (int round = 0; round < 3; ++round) {
        int runs = 1;
        while (w.sync().grade == Grade::incomplete && runs < 60) ++runs;
        ASSERT_LT(runs, 60) << w.story();
      }
      EXPECT_THAT(w.differences(), testing::IsEmpty());
    }
  }
}

}  // namespace
}  // namespace mapisync::test
