// One message that cannot be exported, among others that can.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

class OnEveryMirror : public testing::TestWithParam<MirrorKind> {
 protected:
  WorldSetup setup() const { return {.mirror = GetParam()}; }
};
INSTANTIATE_TEST_SUITE_P(OneBadMessage, OnEveryMirror,
                         testing::Values(MirrorKind::memory, MirrorKind::separate, MirrorKind::sqlite));

// Invariants 1, 2, 3.
TEST_P(OnEveryMirror, TheFirstSyncGoesPastIt) {
  World w(setup());
  w.inbox().add(10);
  w.break_message("m7");
  w.sync();
  EXPECT_THAT(w, InStepExcept("m7"));
  EXPECT_THAT(w, Quarantines(Names{"m7"}));
  EXPECT_EQ(w.report().grade, Grade::new_trouble);
  const auto row = w.unsettled("m7");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->evidence.code, Errc::corrupt_data);
  EXPECT_EQ(row->evidence.kind, TroubleKind::corrupt_item);
  EXPECT_GE(row->evidence.strikes, 2U);
  EXPECT_GE(row->evidence.controls, 1U);
}

// Invariant 3: reported once as new, then known; nothing is tried again before its time.
TEST_P(OnEveryMirror, TheSecondSyncFindsItKnown) {
  World w(setup());
  w.inbox().add(6).add_bad("bad");
  w.sync();
  w.settle();
  EXPECT_EQ(w.report().grade, Grade::in_step_but_known);
  EXPECT_EQ(w.report("Inbox").costs.failing_calls, 0U);
  EXPECT_THAT(w, InStepExcept("bad"));
}

// Invariant 6: the last good copy stays, marked stale.
TEST_P(OnEveryMirror, TheOldCopyStaysAndIsMarkedStale) {
  World w(setup());
  w.inbox().add(5);
  w.sync();
  w.break_with_new_version("m3");
  w.sync();
  EXPECT_THAT(w, InStepExcept("m3"));
  const auto copy = w.copy("m3");
  ASSERT_TRUE(copy);
  EXPECT_FALSE(copy->deleted);
  EXPECT_TRUE(copy->stale);
}

// Invariant 12: what comes later is not held up.
TEST_P(OnEveryMirror, NewMailArrivesPastIt) {
  World w(setup());
  w.inbox().add(5).add_bad("bad");
  w.sync();
  w.inbox().add("new");
  w.modify("m2").remove("m4").mark_read("m1");
  w.sync();
  EXPECT_THAT(w, InStepExcept("bad"));
}

// Invariant 3: a repeat needs no code; a failure that is always there is the message's, whatever it is called.
TEST(OneBadMessage, AnyCodeThatRepeatsIsAVerdict) {
  for (const Errc code :
       {Errc::call_failed, Errc::corrupt_data, Errc::out_of_memory, Errc::too_big, Errc::unclassified}) {
    SCOPED_TRACE(name_of(code));
    World w;
    w.inbox().add(6);
    w.break_message("m4", {fake::DamageKind::abort, code});
    w.sync();
    w.settle();
    EXPECT_THAT(w, InStepExcept("m4"));
    EXPECT_THAT(w, Quarantines(Names{"m4"}));
  }
}

// Invariant 3: one failure that does not come back is noise.
TEST(OneBadMessage, OneFailureThatDoesNotComeBackIsNoise) {
  World w({.faults = servers::fails_once(Errc::call_failed)});
  w.inbox().add(6);
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// Invariant 4: failure with keys delivered is progress.
TEST(OneBadMessage, WhatArrivedBeforeTheFailureIsKept) {
  World w({.faults = servers::delivers_prefix()});
  w.inbox().add(10);
  w.break_message("m1");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m1"));
}

// Invariant 3: nothing to compare with, so no verdict; the old copies are no help when they are all the server has. Nor
// do strikes add up to a verdict over several runs where no control ever came.
TEST(OneBadMessage, AloneInTheMailboxItIsOnlySuspected) {
  World w;
  w.inbox().add_bad("bad");
  for (int run = 0; run < 4; ++run) w.sync();
  EXPECT_THAT(w, InStepExcept("bad"));
  EXPECT_THAT(w, Suspects(Names{"bad"}));
}

// Invariant 3: the control may come from another folder.
TEST(OneBadMessage, AloneInItsFolderItIsJudgedWithAControlFromAnother) {
  World w;
  w.inbox().add(3);
  w.sync();
  w.folder("Projects").add_bad("bad");
  w.sync();
  EXPECT_THAT(w, InStepExcept("bad"));
  EXPECT_THAT(w, Quarantines(Names{"bad"}));
}

// Invariant 3: suspected is judged in a later run, when there is a control.
TEST(OneBadMessage, TheSuspectIsJudgedOnceAControlExists) {
  World w;
  w.inbox().add_bad("bad");
  w.sync();
  w.inbox().add(3);
  w.pass_time(std::chrono::hours(2));
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
  EXPECT_THAT(w, Quarantines(Names{"bad"}));
}

// Invariant 2: a control is looked at and dropped, however many batches it would make.
TEST(OneBadMessage, AControlFromAnotherFolderStaysThere) {
  auto plan = servers::exchange();
  plan.server.end_alone = true;
  World w({.faults = plan});
  w.options().batch_messages_max = 1;
  w.folder("Archive").add("good");
  w.folder("Zoo").add_bad("bad");
  w.sync();
  EXPECT_THAT(w, InStepExcept("bad"));
}

// Invariant 4: a success without the message is looked at again.
TEST(OneBadMessage, SilentlyLeftOutIsNoticed) {
  World w;
  w.inbox().add(5);
  w.hide("m2");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m2"));
  const auto row = w.unsettled("m2");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->evidence.kind, TroubleKind::missing_item);
}

// Invariant 4: the same in a batch of an isolation, where nothing but the batch could tell.
TEST(OneBadMessage, LeftOutOfASuccessfulBatchItIsNoticedInThatRun) {
  World w;
  w.inbox().add(8);
  w.break_message("m5").hide("m2");
  w.sync();
  const auto row = w.unsettled("m2");
  ASSERT_TRUE(row) << w.story();
  EXPECT_NE(row->cls, UnsettledClass::pending) << w.story();
  EXPECT_EQ(row->evidence.kind, TroubleKind::missing_item);
}

// Invariant 9: a fence lists the whole folder, and what is held at the listed version is not asked for.
TEST(OneBadMessage, NothingUnchangedIsFetchedAgain) {
  World w;
  w.inbox().add(10);
  w.sync();
  w.break_with_new_version("m3");
  w.sync();
  EXPECT_TRUE(w.report("Inbox").fence) << w.story();
  constexpr std::uint64_t kControls = 3;  // which id a list takes, and a control between two strikes
  EXPECT_LE(w.report("Inbox").costs.fetched, kControls) << w.story();
}

// Invariant 5: SYNC_W_PROGRESS is not the end. A folder that takes many steps is one export, and no failure.
TEST(OneBadMessage, WithoutOneAnExportOfManyStepsIsOneExport) {
  World w({.faults = servers::calm()});  // a message a step
  w.inbox().add(60);
  w.sync();
  const FolderReport& inbox = w.report("Inbox");
  EXPECT_EQ(inbox.costs.failing_calls, 0U) << w.story();
  EXPECT_EQ(inbox.costs.calls, 1U) << w.story();
  EXPECT_EQ(inbox.source.delivered, 60U);
  EXPECT_GT(std::count(w.call_list().begin(), w.call_list().end(), fake::PortCall::synchronize), 60) << w.story();
}

}  // namespace
}  // namespace mapisync::test
