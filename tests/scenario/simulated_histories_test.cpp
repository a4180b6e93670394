// Histories that the simulator found (tests/sim), as small as they get.
#include <gtest/gtest.h>

#include "providers/fake/server_codes.h"
#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using fake::DamageKind;

fake::FaultPlan counters_off_by(std::int64_t offset) {
  auto plan = servers::calm();
  plan.server.counters = fake::CountersTelling::offset;
  plan.server.counters_offset = offset;
  return plan;
}

// Invariant 2: a folder that a stop left for later is told as it is, not as empty.
TEST(SimulatedHistories, AStoppedRunTellsWhatItHoldsOfFoldersItDidNotReach) {
  World w;
  w.folder("A").add(2);
  w.folder("B").add(3).add_bad("bad");
  w.sync();
  World trial;
  trial.folder("A").add(2);
  trial.sync();
  w.stop_at_call(12);
  w.sync();
  ASSERT_TRUE(w.report().stopped);
  ASSERT_FALSE(w.report("B").looked_at());
  EXPECT_EQ(w.report("B").source.unchanged, 3U) << w.story();
  EXPECT_EQ(w.report("B").source.quarantined, 1U) << w.story();
  EXPECT_EQ(w.report("B").mirror.unchanged, 3U) << w.story();
}

// Invariant 2: a fence reads the table, too; counters that are off by a constant are no alarm after it.
TEST(SimulatedHistories, CountersThatAreOffAreNoAlarmAfterAFence) {
  for (const std::int64_t offset : {-1, 1}) {
    World w({.faults = counters_off_by(offset)});
    w.inbox().add(3);
    w.sync();
    w.spoil_states();
    w.sync();
    EXPECT_TRUE(w.report("Inbox").fence) << w.story();
    EXPECT_TRUE(w.report("Inbox").balanced()) << w.story();
    w.sync();
    EXPECT_EQ(w.report().grade, Grade::in_step) << w.story();
    EXPECT_THAT(w, InStep());
  }
}

// Invariant 2: what comes after the table was read, and is left out in silence, must not be taken for an error of the
// server's counters.
TEST(SimulatedHistories, MailThatIsHiddenRightAfterASweepIsFound) {
  World trial;
  trial.inbox().add(2);
  trial.sync();
  trial.options().sweep_every_runs = 1;
  trial.modify("m1");
  trial.sync();
  const auto calls = trial.calls();
  for (std::uint64_t at = 1; at <= calls; ++at) {
    World w;
    w.inbox().add(2);
    w.sync();
    w.options().sweep_every_runs = 1;
    w.modify("m1");
    w.at_call(at, [&] {
      w.inbox().add("new");
      w.hide("new");
    });
    w.run();
    w.settle();
    EXPECT_THAT(w, InStepExcept("new")) << "new mail before call " << at;
  }
}

// Invariant 6: a row that the table shows without identity may be any message; whom the table does not name is not
// gone.
TEST(SimulatedHistories, AMessageWhoseRowHasNoIdentityIsNotDeletedByDifference) {
  for (const std::uint32_t probes_max : {0U, 32U}) {
    World w;
    w.options().probes_max = probes_max;
    w.inbox().add(2).add("unnamed").add("deleted");
    w.sync();
    auto plan = servers::calm();
    plan.row_faults.push_back({"unnamed", fake::RowFault::no_source_key});
    w.server(plan, "the table does not tell whose row it is");
    w.break_with_new_version("m1").remove("deleted");
    w.sync();
    ASSERT_TRUE(w.copy("unnamed"));
    EXPECT_FALSE(w.copy("unnamed")->deleted) << w.story();
    EXPECT_TRUE(w.copy("deleted")->deleted) << w.story();
    w.server(servers::calm(), "no fault");
    w.sync();
    w.settle();
    EXPECT_THAT(w, InStepExcept("m1"));
  }
}

// Invariant 8: under one call a run, a batch that fails with a code that may be noise is split like any other.
TEST(SimulatedHistories, OneCallARunGetsFurtherWhateverTheCode) {
  for (const Errc code : {Errc::corrupt_data, Errc::no_access, Errc::call_failed}) {
    World w;
    w.options().limits.calls = 1;
    w.inbox().add(3).add_bad("bad", {DamageKind::abort, code});
    for (int run = 0; run < 50; ++run) w.sync();  // a code that may be noise takes a dozen strikes, and controls
    EXPECT_THAT(w, InStepExcept("bad")) << name_of(code);
  }
}

// What a selective list must hold can be learned from messages that are set aside, too, if the only other one is hidden
// by now: sound ones shall not stay suspected because they were asked for in the wrong form.
TEST(SimulatedHistories, SuspectedForTheWrongFormTheyTeachTheRightOne) {
  bool any_suspected = false;
  for (const IdForm form : {IdForm::entry_id, IdForm::source_key}) {
    for (std::uint64_t times = 1; times <= 12; ++times) {
      auto plan = servers::calm();
      plan.server.id_form = form;
      plan.failures.push_back({fake::PortCall::config_selective, 1, times, Errc::call_failed, {}});
      World w({.faults = plan});
      w.inbox().add("shown");
      w.sync();
      w.hide("shown");
      w.inbox().add("new1").add("new2").add_bad("bad");
      w.run();
      any_suspected = any_suspected || w.names_of(UnsettledClass::suspected).size() > 1;
      w.pass_time(std::chrono::hours(24 * 30));
      w.sync();
      w.settle(3);
      ASSERT_THAT(w, InStepExcept("bad")) << "form " << static_cast<int>(form) << ": " << times << " calls fail";
    }
  }
  EXPECT_TRUE(any_suspected) << "the story does not tell what it is about";
}

// Invariants 2 and 6: what a target with a transaction of its own has stored, and we have not come to record, is looked
// for after the end of the process, and marked deleted if it is gone at the source.
TEST(SimulatedHistories, WhatASeparateTargetStoredBeforeACrashIsNoGhost) {
  for (std::uint64_t flush = 1; flush <= 6; ++flush) {
    World w({.mirror = MirrorKind::separate});
    w.inbox().add(2);
    w.sync();
    w.inbox().add("new");
    w.sink_script().crash_after_flush = w.sink_script().flushes + flush;
    w.run();
    w.sink_script().crash_after_flush = 0;
    w.remove("new");
    w.sync();
    w.settle();
    ASSERT_THAT(w, InStep()) << "between flush " << flush << " and the commit";
    EXPECT_TRUE(!w.copy("new") || w.copy("new")->deleted);
  }
}

}  // namespace
}  // namespace mapisync::test
