// Deletions are claims: verified, marked, held when there are too many.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

// Invariant 6: marked deleted, content kept.
TEST(Deletions, AreMarkedAndTheContentStays) {
  World w;
  w.inbox().add(5);
  w.sync();
  w.remove("m2");
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("Inbox").deleted, 1U);
  ASSERT_TRUE(w.copy("m2"));
  EXPECT_TRUE(w.copy("m2")->deleted);
  EXPECT_EQ(w.copy("m2")->subject, "m2");
}

TEST(Deletions, SoftOnesLeaveTheMirrorToo) {
  World w;
  w.inbox().add(5);
  w.sync();
  w.soft_remove("m2");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
  w.bring_back("m2");
  w.sync();
  EXPECT_THAT(w, InStep());
}

// F4, F10; invariant 6: the server leaves a living message out and reports it deleted, while its counters stay equal.
TEST(Deletions, AFalseOneIsNotBelieved) {
  World w;
  w.inbox().add(5);
  w.sync();
  w.hide_as_deleted("m2");
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_THAT(w.finding_names(), testing::Contains("false_deletion m2"));
  EXPECT_EQ(w.report("Inbox").deleted, 0U);
}

// F10: a false deletion, then a real one that the server never reports, and no counter shows.
TEST(Deletions, ARealOneAfterAFalseOneIsFound) {
  auto plan = servers::calm();
  plan.server.counters = fake::CountersTelling::absent;
  World w({.faults = plan});
  w.inbox().add(5);
  w.sync();
  w.hide_as_deleted("m2");
  w.sync();
  w.remove("m2");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// F10: after a false deletion a pass delivers the message again, and the row is covered once more.
TEST(Deletions, AFalseOneIsForgottenWhenTheMessageComesAgain) {
  World w;
  w.inbox().add(5);
  w.sync();
  w.hide_as_deleted("m2");
  w.sync();
  w.heal_with_new_version("m2");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
  ASSERT_TRUE(w.ledger("m2"));
  EXPECT_EQ(w.ledger("m2")->coverage, Coverage::covered);
}

// Invariant 6: more than the guard allows waits for approval.
TEST(Deletions, TooManyAreHeldForApproval) {
  World w;
  w.options().deletion_guard_count = 3;
  w.inbox().add(8);
  w.sync();
  for (const char* name : {"m1", "m2", "m3", "m4", "m5"}) w.remove(name);
  w.sync();
  w.expect().deletions_held = true;
  EXPECT_THAT(w.differences(), testing::IsEmpty()) << w.story();
  EXPECT_EQ(w.report().grade, Grade::decision_needed);
  EXPECT_EQ(w.report("Inbox").mirror.held, 5U);
  ASSERT_TRUE(w.copy("m1"));
  EXPECT_FALSE(w.copy("m1")->deleted);
  w.settle();
  EXPECT_EQ(w.report().grade, Grade::decision_needed);

  w.options().accept_large_deletions = true;
  w.sync();
  w.expect().deletions_held = false;
  EXPECT_THAT(w, InStep());
}

// Invariant 6: a held deletion whose message comes back is no deletion.
TEST(Deletions, AHeldOneIsReleasedWhenTheMessageReturns) {
  World w;
  w.options().deletion_guard_count = 1;
  w.inbox().add(6);
  w.sync();
  for (const char* name : {"m1", "m2", "m3"}) w.soft_remove(name);
  w.sync();
  EXPECT_EQ(w.report("Inbox").mirror.held, 3U);
  for (const char* name : {"m1", "m2", "m3"}) w.bring_back(name);
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// Invariant 6: where mail is thrown away or passes through, a thousand deletions are an everyday event; elsewhere not.
TEST(Deletions, AreHeldByTheRoleOfTheFolder) {
  for (const std::string name :
       {"Deleted Items", "Junk Email", "Drafts", "Outbox", "Sent Items", "Inbox", "Projects"}) {
    SCOPED_TRACE(name);
    const bool held = name == "Sent Items" || name == "Inbox" || name == "Projects";
    World w({.standard_folders = true});
    w.options().deletion_guard_count = 1;
    w.folder(name).add(6);
    w.sync();
    for (const char* message : {"m1", "m2", "m3", "m4"}) w.remove(message);
    w.sync();
    w.expect().deletions_held = held;
    EXPECT_EQ(w.report(name).mirror.held, held ? 4U : 0U);
    EXPECT_EQ(w.report().grade, held ? Grade::decision_needed : Grade::in_step);
    EXPECT_THAT(w, InStep());
  }
}

// Mail moved out by a rule in great number is no deletion, and is not held.
TEST(Deletions, ManyMovesAreNotHeld) {
  World w;
  w.options().deletion_guard_count = 2;
  w.folder("Archive").add("old");
  w.inbox().add(6);
  w.sync();
  for (const char* name : {"m1", "m2", "m3", "m4"}) w.move(name, "Archive");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// Invariant 6: many claims are verified by a second table read.
TEST(Deletions, ManyAreVerifiedByATable) {
  World w;
  w.options().probes_max = 2;
  w.options().deletion_guard_count = 100;
  w.inbox().add(10);
  w.sync();
  for (const char* name : {"m1", "m2", "m3", "m4", "m5"}) w.remove(name);
  w.hide_as_deleted("m7");
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("Inbox").deleted, 5U);
}

// 7.5 row 16: deletions that name what nobody ever saw.
TEST(Deletions, OfUnknownMessagesAreIgnored) {
  auto plan = servers::calm();
  plan.server.never_seen_deletions = 5;
  World w({.faults = plan});
  w.inbox().add(4);
  w.sync();
  w.remove("m1");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("Inbox").new_findings, 0U);
}

// Section 5: while a message blocks every pass, deletions come from the table.
TEST(Deletions, AreFoundWhileABadMessageBlocksThePass) {
  for (const auto fence : servers::kFences) {
    SCOPED_TRACE(servers::name_of(fence));
    World w({.faults = servers::fenced(fence)});
    w.inbox().add(5).add_bad("bad");
    w.sync();
    w.remove("m2").break_with_new_version("bad");
    w.sync();
    w.settle();
    EXPECT_THAT(w, InStepExcept("bad"));
  }
}

}  // namespace
}  // namespace mapisync::test
