// Damage that does not announce itself: told by a finding and an event, and never by exit code 0.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using fake::DamageKind;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// Design 4.2, 4.4: a state that claims what never arrived. The counters are right, so the sweep sees it at once.
TEST(SilentDamage, AStateThatClaimsWhatNeverArrived) {
  World w;
  w.inbox().add(4);
  w.sync();
  w.inbox().add("late");
  w.hide("late");
  w.sync();
  EXPECT_EQ(w.report().grade, Grade::new_trouble);
  EXPECT_THAT(w.event_names(), Contains("damaged late"));
  w.heal("late");
  w.options().retry_all_now = true;
  w.sync();
  EXPECT_THAT(w, InStep());
}

// The same, mended within the run: the export of the message alone works. Nobody would know without being told.
TEST(SilentDamage, ALyingStateMendedWithinTheRun) {
  World w;
  w.inbox().add(4);
  w.sync();
  w.inbox().add("late");
  w.hide("late");
  World trial;
  trial.inbox().add(4);
  trial.sync();
  trial.inbox().add("late");
  trial.sync();
  w.at_call(trial.calls(), [&w] { w.heal("late"); });  // after the pass, before it is asked for alone
  w.run();
  EXPECT_TRUE(w.copy("late")) << w.story();
  EXPECT_EQ(w.report().grade, Grade::new_trouble) << w.story();
  EXPECT_THAT(w.event_names(), testing::AllOf(Contains("damaged late"), Contains("repaired late"))) << w.story();
  w.settle(3);
  EXPECT_THAT(w, InStep());
}

// A new version that the server leaves out: all counts stay equal, but something was committed.
TEST(SilentDamage, AHiddenNewVersionIsSeenAtOnce) {
  World w;
  w.inbox().add(5);
  w.sync();
  w.settle();
  w.break_with_new_version("m3", {DamageKind::hide, Errc::ok});
  w.sync();
  EXPECT_EQ(w.report().grade, Grade::new_trouble) << w.story();
  EXPECT_THAT(w.event_names(), Contains("damaged m3"));
}

// Design 4.4: a success that delivers less than was asked for; alone it comes.
TEST(SilentDamage, ABatchThatLeavesOneOut) {
  World w({.faults = servers::calm()});
  w.inbox().add(30).add_bad("bad");
  w.hide("m7");
  bool healed = false;
  for (std::uint64_t call = 1; call < 400; ++call) {
    w.at_call(call, [&w, &healed] {
      if (healed || w.server().counts().calls == 0) return;
      const auto row = w.unsettled("m7");
      if (!row || row->evidence.kind != TroubleKind::missing_item) return;
      healed = true;
      w.heal("m7");
    });
  }
  w.run();
  EXPECT_TRUE(healed);
  EXPECT_EQ(w.report("Inbox").repaired, 1U) << w.story();
  EXPECT_EQ(w.report().grade, Grade::new_trouble);
  EXPECT_THAT(w.event_names(), Contains("repaired m7"));
}

// A batch that fails although every member exports alone.
TEST(SilentDamage, MessagesThatFailOnlyTogether) {
  auto plan = servers::calm();
  plan.server.abort_after = 2;
  plan.server.abort_code = Errc::corrupt_data;
  World w({.faults = plan});
  w.inbox().add(40);
  w.sync();
  EXPECT_THAT(w.finding_names(), Contains(HasSubstr("batch_only_failure"))) << w.story();
  EXPECT_THAT(w.event_names(), Contains(HasSubstr("damaged")));
  EXPECT_EQ(w.report().grade, Grade::new_trouble);
  EXPECT_THAT(w.names_of(UnsettledClass::quarantined), IsEmpty());
  EXPECT_THAT(w.differences(), IsEmpty());
  w.server(servers::calm(), "well again");
  w.sync();
  EXPECT_THAT(w.finding_names(), IsEmpty());
  EXPECT_THAT(w, InStep());
}

// A poisoned checkpoint, told apart from a poisoned message: a fence replaces it, and nothing unchanged is fetched
// again.
TEST(SilentDamage, AStateThatFailsLikeABadMessage) {
  World w;
  w.inbox().add(20);
  w.sync();
  w.settle();
  auto plan = servers::calm();
  plan.server.abort_after = 1;
  plan.server.abort_code = Errc::corrupt_data;
  w.modify("m3").modify("m4");
  w.server(plan, "every export stops at its second message");
  w.sync();
  EXPECT_EQ(w.report().grade, Grade::new_trouble);
  EXPECT_THAT(w.event_names(), Contains(HasSubstr("damaged")));
  EXPECT_LE(w.report("Inbox").source.delivered, 2U);
  EXPECT_THAT(w, InStep());
}

// Noise of the same code, at a batch: repeated, it works, and there is nothing to tell.
TEST(SilentDamage, NoiseIsNoBatchOnlyFailure) {
  World trial({.faults = servers::calm()});
  trial.inbox().add(12).add_bad("bad");
  trial.sync();
  for (std::uint64_t nth = 1; nth <= trial.calls(); ++nth) {
    World w({.faults = servers::fails(fake::PortCall::synchronize, nth, 1, Errc::corrupt_data)});
    w.inbox().add(12).add_bad("bad");
    w.run();
    ASSERT_THAT(w.finding_names(), Not(Contains(HasSubstr("batch_only_failure")))) << w.story();
  }
}

class WrongValue : public testing::TestWithParam<DamageKind> {
 protected:
  std::string finding() const { return GetParam() == DamageKind::placeholder ? "placeholder m5" : "truncated m5"; }
};
INSTANTIATE_TEST_SUITE_P(Kinds, WrongValue, testing::Values(DamageKind::placeholder, DamageKind::truncate),
                         [](const auto& p) {
                           return p.param == DamageKind::placeholder ? "Placeholder" : "Truncated";
                         });

// observed-server rows 6 and 7, where the provider knows them.
TEST_P(WrongValue, IsAFindingUntilTheNextVersion) {
  World w({.faults = servers::delivers_prefix()});
  w.inbox().add(8);
  w.break_message("m5", {GetParam(), Errc::ok});
  w.sync();
  EXPECT_THAT(w.finding_names(), testing::ElementsAre(finding()));
  EXPECT_EQ(w.report().grade, Grade::new_trouble);
  EXPECT_THAT(w.event_names(), Contains("damaged m5"));
  w.sync();
  EXPECT_EQ(w.report().grade, Grade::in_step_but_known);
  w.heal_with_new_version("m5");
  w.sync();
  EXPECT_THAT(w.finding_names(), IsEmpty());
  EXPECT_THAT(w, InStep());
}

// Elsewhere nothing tells it from mail.
TEST_P(WrongValue, IsMailWhereNothingIsKnownOfTheServer) {
  World w({.faults = servers::calm()});
  w.inbox().add(8);
  w.break_message("m5", {GetParam(), Errc::ok});
  w.sync();
  EXPECT_THAT(w.finding_names(), IsEmpty());
}

TEST_P(WrongValue, GoesWithItsMessage) {
  World w({.faults = servers::delivers_prefix()});
  w.inbox().add(8);
  w.break_message("m5", {GetParam(), Errc::ok});
  w.sync();
  w.remove("m5");
  w.sync();
  EXPECT_THAT(w.finding_names(), IsEmpty());
}

}  // namespace
}  // namespace mapisync::test
