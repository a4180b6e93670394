// Invariant 2 at work: the totals of both sides, and what unequal counts lead to. World::sync() checks them after every
// run; these stories look at the numbers.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

TEST(Totals, OfAMixedRun) {
  World w;
  w.inbox().add(6);
  w.sync();
  w.modify("m1").remove("m2").break_with_new_version("m3");
  w.inbox().add("new").add_bad("bad");
  w.sync();
  const FolderReport& inbox = w.report("Inbox");
  EXPECT_EQ(inbox.source.unchanged, 3U);
  EXPECT_EQ(inbox.source.delivered, 2U);
  EXPECT_EQ(inbox.source.quarantined, 2U);
  EXPECT_EQ(inbox.source.sum(), 7U);
  EXPECT_EQ(inbox.mirror.stale, 1U);
  EXPECT_EQ(inbox.mirror.sum(), 6U);
  EXPECT_EQ(inbox.deleted, 1U);
  EXPECT_TRUE(inbox.balanced());
}

// F11: new mail that the server silently never delivers. Beside other mail that comes, only the count finds it.
TEST(Totals, SilentlyMissingNewMailIsFoundByTheCount) {
  World w;
  w.inbox().add(4);
  w.sync();
  w.inbox().add("new").add("other");
  w.hide("new");
  w.sync();
  EXPECT_EQ(w.report("Inbox").source.delivered, 1U);
  w.settle();
  EXPECT_THAT(w, InStepExcept("new"));
}

// F12: a verdict at version 1, a new version, no control left: one class only.
TEST(Totals, AKeyIsInOneClassOnly) {
  World w;
  w.inbox().add(2).add_bad("bad");
  w.sync();
  w.break_with_new_version("bad").break_message("m1").break_message("m2");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
}

// Invariant 2: a server whose counters are always off by one costs one table read, not one in every run.
TEST(Totals, CountersThatAreOffByAConstantCauseNoTableReadForEver) {
  auto plan = servers::calm();
  plan.server.counters = fake::CountersTelling::offset;
  plan.server.counters_offset = 1;
  World w({.faults = plan});
  w.inbox().add(5);
  w.sync();
  w.settle();
  w.sync();
  EXPECT_EQ(w.report("Inbox").costs.table_reads, 0U) << w.story();
  EXPECT_THAT(w, InStep());
}

TEST(Totals, AServerWithoutCounters) {
  auto plan = servers::calm();
  plan.server.counters = fake::CountersTelling::absent;
  World w({.faults = plan});
  w.inbox().add(5).add_bad("bad");
  w.sync();
  w.remove("m1").inbox().add("new");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
}

// Invariant 2: a full sweep at least every N runs finds what nothing else would.
TEST(Totals, APeriodicSweepFindsWhatWasNeverSaid) {
  World w({.faults = servers::calm()});
  w.options().sweep_every_runs = 3;
  w.inbox().add(5);
  w.sync();
  bool swept = false;
  for (int run = 0; run < 4; ++run) {
    w.sync();
    swept = swept || w.report("Inbox").costs.table_reads > 0;
  }
  EXPECT_TRUE(swept) << w.story();
  EXPECT_THAT(w, InStep());
}

// Section 5 step 1: equal counters save the sweep, and a quiet run costs one export a folder.
TEST(Totals, AQuietRunIsCheap) {
  World w({.faults = servers::calm()});
  w.inbox().add(5);
  w.sync();
  w.settle();
  w.sync();
  const Costs& costs = w.report("Inbox").costs;
  EXPECT_EQ(costs.calls, 1U);
  EXPECT_EQ(costs.failing_calls, 0U);
  EXPECT_EQ(costs.table_reads, 0U);
  EXPECT_EQ(costs.bytes, 0U);
}

// Invariant 2: "moved counters mean changed meanwhile, not an alarm".
TEST(Totals, MailArrivingDuringTheRunIsNoAlarm) {
  World whole({.faults = servers::calm()});
  whole.inbox().add(3);
  whole.sync();
  for (std::uint64_t at = 1; at <= whole.calls(); ++at) {
    World w({.faults = servers::calm()});
    w.inbox().add(3);
    w.at_call(at, [&w] { w.inbox().add("new"); });
    w.sync();
    EXPECT_THAT(w.finding_names(), testing::Not(testing::Contains(testing::StartsWith("totals_differ")))) << w.story();
    EXPECT_TRUE(w.report("Inbox").balanced()) << "new mail before call " << at << "\n" << w.story();
  }
}

}  // namespace
}  // namespace mapisync::test
