// Into quarantine, and out of it: by a new change key, by healing, by deletion, by time.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using std::chrono::hours;

World& with_bad(World& w) {
  w.inbox().add(4).add_bad("bad");
  w.sync();
  w.settle();
  EXPECT_THAT(w, Quarantines(Names{"bad"}));
  return w;
}

// Invariant 7: a new change key lifts quarantine at once.
TEST(QuarantineLifeCycle, HealedWithANewVersionItArrivesAtOnce) {
  World w;
  with_bad(w).heal_with_new_version("bad");
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("Inbox").released, 1U);
  w.settle();
  EXPECT_EQ(w.report().grade, Grade::in_step);
}

// Invariant 7: without a new change key only time earns another attempt.
TEST(QuarantineLifeCycle, HealedWithoutANewVersionItWaitsForItsRetry) {
  World w;
  with_bad(w).heal("bad");
  w.sync();
  EXPECT_THAT(w, Quarantines(Names{"bad"}));
  w.pass_time(hours(2));
  w.sync();
  EXPECT_THAT(w, InStep());
}

// Invariant 7: `quarantine retry`.
TEST(QuarantineLifeCycle, HealedWithoutANewVersionItArrivesWhenAskedFor) {
  World w;
  with_bad(w).heal("bad");
  w.options().retry_all_now = true;
  w.sync();
  EXPECT_THAT(w, InStep());
}

// Invariant 7: attempts are spaced, ever further apart.
TEST(QuarantineLifeCycle, FailingRetriesGrowFurtherApart) {
  World w;
  with_bad(w);
  const auto first = w.unsettled("bad");
  ASSERT_TRUE(first && first->next_retry);
  const auto first_wait = *first->next_retry - w.clock().now();
  w.clock().advance(first_wait);
  w.sync();
  const auto second = w.unsettled("bad");
  ASSERT_TRUE(second && second->next_retry);
  EXPECT_GT(*second->next_retry - w.clock().now(), first_wait);
  EXPECT_GT(second->attempts, first->attempts);
  EXPECT_THAT(w, InStepExcept("bad"));
}

// Invariant 3: a bad message that changes and stays bad is judged again at its new version.
TEST(QuarantineLifeCycle, ChangedAndStillBadItIsJudgedAtTheNewVersion) {
  World w;
  with_bad(w).break_with_new_version("bad", {fake::DamageKind::abort, Errc::call_failed});
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
  const auto row = w.unsettled("bad");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->evidence.code, Errc::call_failed);
}

// The missing strike is put off to the next run, also where another folder would have a control at hand.
TEST(QuarantineLifeCycle, ChangedAndStillBadItIsStruckOnceARun) {
  World w;
  w.folder("Archive").add("control");
  with_bad(w).break_with_new_version("bad");
  w.sync();
  EXPECT_EQ(w.report("Inbox").costs.strikes, 1U);
  EXPECT_THAT(w, Suspects(Names{"bad"}));
  w.sync();
  EXPECT_EQ(w.report("Inbox").costs.strikes, 1U);
  EXPECT_THAT(w, Quarantines(Names{"bad"}));
  EXPECT_EQ(w.report().grade, Grade::in_step_but_known) << "it was told when it was suspected";
}

// Where somebody waits for the answer it is judged to the end.
TEST(QuarantineLifeCycle, ChangedAndAskedForItIsJudgedAtOnce) {
  World w;
  with_bad(w).break_with_new_version("bad");
  w.options().retry_all_now = true;
  w.sync();
  EXPECT_THAT(w, Quarantines(Names{"bad"}));
}

// Model question: a message that changes and stays bad before every run never stops other mail.
TEST(QuarantineLifeCycle, ChangingAndBadInEveryRunItStopsNobody) {
  World w;
  with_bad(w);
  for (int round = 0; round < 4; ++round) {
    w.break_with_new_version("bad");
    w.inbox().add(1);
    w.sync();
    EXPECT_THAT(w, InStepExcept("bad")) << "round " << round;
  }
}

// F13: a quarantine row of an absent message.
TEST(QuarantineLifeCycle, DeletedItLeavesQuarantine) {
  World w;
  with_bad(w).remove("bad");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// F13: created behind the fence, quarantined, deleted before the first pass: the state never knew it.
TEST(QuarantineLifeCycle, DeletedBeforeAnyStateKnewItItLeavesQuarantine) {
  World w;
  w.inbox().add(3).add_bad("bad");
  w.sync();
  w.remove("bad");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// Invariant 6 and 7: the stale copy becomes current again.
TEST(QuarantineLifeCycle, AHealedMessageIsNoLongerStale) {
  World w;
  w.inbox().add(4);
  w.sync();
  w.break_with_new_version("m2");
  w.sync();
  w.heal_with_new_version("m2");
  w.sync();
  EXPECT_THAT(w, InStep());
  ASSERT_TRUE(w.copy("m2"));
  EXPECT_FALSE(w.copy("m2")->stale);
}

// Read states of a message that cannot be exported are still news.
TEST(QuarantineLifeCycle, TheReadStateOfAStaleCopyFollows) {
  World w;
  w.inbox().add(4);
  w.sync();
  w.break_with_new_version("m2");
  w.sync();
  w.mark_read("m2");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m2"));
}

// Invariant 2: moved out of the folder, a bad message is bad there, and gone here.
TEST(QuarantineLifeCycle, MovedItIsJudgedWhereItIs) {
  World w;
  w.folder("Archive").add("control");
  with_bad(w).move("bad", "Archive");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
}

}  // namespace
}  // namespace mapisync::test
