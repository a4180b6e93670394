// Which mailbox this is, and which message.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

// Design section 3: a mailbox that was moved or restored stops the run; nothing is touched.
TEST(Identity, AMovedMailboxStopsTheRun) {
  World w;
  w.inbox().add(4);
  w.sync();
  const Holding before = w.holding();
  w.move_mailbox();
  const RunEnd end = w.run();
  if (end.report) {
    EXPECT_TRUE(end.report->identity_changed);
    EXPECT_EQ(end.report->grade, Grade::decision_needed);
  } else {
    ASSERT_TRUE(end.failure);
    EXPECT_EQ(end.failure->errc(), Errc::identity_changed);
  }
  EXPECT_THAT(changes(before, w.holding()), testing::IsEmpty());
}

TEST(Identity, AnotherMailboxUnderTheSameNameStopsTheRun) {
  World w;
  w.inbox().add(3);
  w.sync();
  w.move_mailbox({.new_mailbox_guid = true});
  const RunEnd end = w.run();
  EXPECT_TRUE(end.failure || end.report->identity_changed) << w.story();
}

// Foreign source keys (made by another server) are as good as native ones.
TEST(Identity, ForeignKeys) {
  World w;
  w.inbox().add(3).add_foreign("abroad").add_foreign("far");
  w.sync();
  EXPECT_THAT(w, InStep());
  w.break_with_new_version("far").modify("abroad");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("far"));
  w.remove("abroad");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("far"));
}

// A table without a change key: equal source keys is all that can be said; nothing is fetched for ever.
TEST(Identity, ATableWithoutAChangeKey) {
  World w;
  w.inbox().add(4).add_bad("bad");
  w.lose_change_key("m2");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
  w.modify("m2");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
}

// A row without identity is a finding, and stops nobody.
TEST(Identity, ATableRowWithoutASourceKeyIsAFinding) {
  auto plan = servers::calm();
  plan.row_faults.push_back({"m2", fake::RowFault::no_source_key});
  World w({.faults = plan});
  w.inbox().add(4).add_bad("bad");
  w.run();
  EXPECT_THAT(w.finding_names(), testing::Contains("row_unreadable")) << w.story();
  EXPECT_THAT(w.event_names(), testing::Contains(testing::StartsWith("damaged"))) << w.story();
  EXPECT_EQ(w.report().grade, Grade::new_trouble) << w.story();
  EXPECT_TRUE(w.copy("m1"));
  EXPECT_TRUE(w.copy("m3"));
}

fake::FaultPlan lists_without_id(const std::string& name) {
  auto plan = servers::delivers_prefix();
  plan.server.buffer_messages = 1;
  plan.server.order = fake::ExportOrder::newest;
  plan.row_faults.push_back({name, fake::RowFault::no_ref});
  return plan;
}

// Invariant 3: what condemned it was our list, so the verdict falls as soon as there is an id to ask by.
TEST(Identity, AVerdictOnARowWithoutIdFallsWhenTheTableGivesOne) {
  World w({.faults = lists_without_id("m2")});
  w.inbox().add(4).add_bad("bad");
  w.sync();
  w.settle();
  EXPECT_THAT(w, Quarantines(Names{"bad", "m2"}));
  w.server(servers::delivers_prefix(), "the table lists the id again");
  w.options().sweep_every_runs = 1;
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
}

TEST(Identity, AnIdThatWeKnowIsUsedWhereTheTableListsNone) {
  auto whole = lists_without_id("m2");
  whole.row_faults.clear();
  World w({.faults = whole});
  w.inbox().add(4);
  w.sync();
  w.modify("m2").inbox().add_bad("bad");
  w.server(lists_without_id("m2"), "the table lists an id no more");
  w.sync();
  EXPECT_THAT(w, InStepExcept("bad"));
}

TEST(Identity, ColumnsThatCannotBeRead) {
  auto plan = servers::calm();
  plan.row_faults.push_back({"bad", fake::RowFault::bad_columns});
  plan.row_faults.push_back({"m2", fake::RowFault::bad_columns});
  World w({.faults = plan});
  w.inbox().add(4).add_bad("bad");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
}

}  // namespace
}  // namespace mapisync::test
