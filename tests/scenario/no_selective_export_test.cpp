// A server that exports no chosen messages: what a fence has put aside can only come with a pass from nothing.
#include <gmock/gmock.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using fake::DamageKind;
using servers::Fence;

fake::FaultPlan without_selective_export(Fence fence) {
  auto plan = servers::fenced(fence);
  plan.server.selective_sync = Known::no;
  return plan;
}

constexpr auto kDay = std::chrono::hours(24);

class NoSelectiveExport : public testing::TestWithParam<Fence> {
 protected:
  /// Eight messages; four of them and a bad one came last, and the pass from the state broke off.
  NoSelectiveExport() : w_({.faults = without_selective_export(GetParam())}) {
    w_.inbox().add(4);
    w_.sync();
    w_.inbox().add("new1").add("new2").add_bad("bad").add("new3").add("new4");
    for (int run = 0; run < 3; ++run) w_.sync();
  }
  World w_;
};

// Invariants 1 and 8: pending is the frontier; what was put aside is asked for again once the bad message is healed,
// with a new version at once, and without one when time has earned another attempt.
TEST_P(NoSelectiveExport, WhatWasPutAsideComesWhenTheBadMessageIsHealed) {
  ASSERT_FALSE(w_.names_of(UnsettledClass::pending).empty()) << w_.story();
  ASSERT_EQ(w_.report().grade, Grade::incomplete);
  w_.heal("bad").pass_time(kDay);
  w_.sync();
  w_.settle();
  EXPECT_THAT(w_, InStep());
  EXPECT_EQ(w_.report().grade, Grade::in_step) << w_.story();
  EXPECT_THAT(w_.finding_names(), testing::IsEmpty());
}

TEST_P(NoSelectiveExport, ANewVersionIsReasonEnough) {
  w_.heal_with_new_version("bad");
  w_.sync();
  w_.sync();
  w_.settle();
  EXPECT_THAT(w_, InStep());
}

// Invariant 8: as long as nothing changes, the folder is not downloaded in vain in every run.
TEST_P(NoSelectiveExport, WhileNothingChangesItIsNotAskedForInEveryRun) {
  const auto exports = w_.server().counts().exports;
  const auto sent = w_.server().counts().messages_sent;
  for (int run = 0; run < 5; ++run) w_.sync();
  EXPECT_LE(w_.server().counts().exports - exports, 10U) << w_.story();
  EXPECT_EQ(w_.server().counts().messages_sent, sent) << w_.story();
  w_.pass_time(kDay);
  for (int run = 0; run < 5; ++run) w_.sync();
  EXPECT_LE(w_.server().counts().exports - exports, 21U) << "once a day";
}

// Invariant 6: what was deleted meanwhile is told by no pass from nothing; the table that is read after it tells.
// Invariants 8 and 12: a limit on calls that is shared among the folders leaves one for it.
TEST_P(NoSelectiveExport, UnderALimitThePassFromNothingHasItsTurn) {
  for (const char* other : {"A", "B", "C"}) w_.folder(other).add(1);
  w_.sync();
  w_.heal_with_new_version("bad");
  w_.options().limits.calls = 6;
  for (int run = 0; run < 12; ++run) w_.sync();
  EXPECT_THAT(w_, InStep());
}

TEST_P(NoSelectiveExport, DeletionsMeanwhileAreSeen) {
  w_.remove("m2").remove("new1").heal_with_new_version("bad");
  w_.at_call(30, [this] { w_.remove("m3"); });
  w_.run();
  w_.sync();
  w_.settle();
  EXPECT_THAT(w_, InStep());
  EXPECT_TRUE(w_.copy("m2")->deleted);
}

// Invariant 1: a process that ends within such a pass has lost nothing.
TEST_P(NoSelectiveExport, ACrashInTheMiddleLosesNothing) {
  for (std::uint64_t commit = 1; commit <= 8; ++commit) {
    World w({.faults = without_selective_export(GetParam())});
    w.options().batch_messages_max = 2;
    w.inbox().add(4);
    w.sync();
    w.inbox().add("new1").add("new2").add_bad("bad").add("new3").add("new4");
    w.sync();
    w.heal_with_new_version("bad").remove("m1");
    w.store_watch().crash_after_commit(commit);
    w.run();
    for (int run = 0; run < 3; ++run) w.sync();
    w.settle();
    EXPECT_THAT(w, InStep()) << "after commit " << commit;
  }
}

// Invariant 4: a pass from nothing that ends well and leaves a message out has told all that can be had of it.
TEST_P(NoSelectiveExport, WhatStaysOutIsSuspectedAndTold) {
  w_.heal_with_new_version("bad").hide("new2");
  w_.sync();
  w_.sync();
  if (!w_.names_of(UnsettledClass::pending).empty()) w_.pass_time(kDay).sync();
  EXPECT_THAT(w_, InStepExcept("new2")) << w_.story();
  EXPECT_THAT(w_.finding_names(), testing::Contains("missing new2"));
  w_.sync();
  EXPECT_EQ(w_.report().grade, Grade::in_step_but_known) << w_.story();
  w_.heal("new2").pass_time(8 * kDay).sync();
  w_.settle();
  EXPECT_THAT(w_, InStep());
  EXPECT_EQ(w_.report().grade, Grade::in_step) << w_.story();
}

INSTANTIATE_TEST_SUITE_P(EveryFence, NoSelectiveExport, testing::ValuesIn(servers::kFences),
                         [](const auto& fence) { return servers::name_of(fence.param); });

// Invariant 4: a server without selective export says so when it is first asked, whichever call that is: nobody is
// suspected for it, and what was put aside comes with a pass from nothing.
TEST(NoSelectiveExportUnknown, IsNoFaultOfTheMessagesAskedForFirst) {
  for (const IdForm announced : {IdForm::unknown, IdForm::source_key}) {
    auto plan = servers::calm();
    plan.server.selective_sync = Known::no;
    plan.server.announced.id_form = announced;
    World w({.faults = plan});
    w.inbox().add(3).add("late");
    w.hide("late");
    w.sync();
    EXPECT_THAT(w, Suspects(Names{})) << w.story();
    EXPECT_THAT(w.finding_names(), testing::Not(testing::Contains("server_sick"))) << w.story();
    EXPECT_THAT(w.finding_names(), testing::Not(testing::Contains(testing::StartsWith("control_failed")))) << w.story();
    w.heal_with_new_version("late");
    w.settle(2);
    EXPECT_THAT(w, InStep()) << w.story();
  }
}

// Invariant 4: a message that the target refused, and that does not even export by now, is nothing that the target has
// to answer for.
TEST(SimulatedRefusals, ARefusedMessageThatDoesNotExportAnyMoreIsJudged) {
  World w;
  w.inbox().add(3);
  w.sink_script().answer = [](const DeliveredMessage& message) -> SinkAnswer {
    if (text_or_empty(message.content.properties, pr::kSubject) != "m2") return {};
    return {SinkAnswer::Kind::rejected, "not wanted"};
  };
  w.sync();
  ASSERT_THAT(w.names_of(UnsettledClass::refused), testing::ElementsAre("m2"));
  w.sink_script().answer = nullptr;
  w.break_message("m2").pass_time(2 * kDay);
  w.sync();
  EXPECT_THAT(w, InStepExcept("m2")) << w.story();
  EXPECT_THAT(w.finding_names(), testing::Not(testing::Contains("sink_rejected m2")));
}

// Invariants 8 and 12: a deletion that waits for a person does not keep a run under a limit from being gone on with.
TEST(SimulatedLimits, AHeldDeletionDoesNotKeepARoundFromItsEnd) {
  World w;
  w.options().deletion_guard_count = 1;
  w.options().deletion_guard_share = 0.1;
  for (const char* path : {"A", "B", "C"}) w.folder(path).add(4);
  w.sync();
  for (const char* name : {"m1", "m2", "m3"}) w.remove(name);
  w.sync();
  ASSERT_EQ(w.report().grade, Grade::decision_needed) << w.story();
  w.options().limits.calls = 1;
  w.folder("A").add("a");
  w.folder("B").add("b");
  w.folder("C").add("c");
  int runs = 0;
  do w.sync();
  while (w.report().grade == Grade::incomplete && ++runs < 20);
  EXPECT_EQ(w.report().grade, Grade::decision_needed) << "the last run of the round asks";
  for (const char* name : {"a", "b", "c"}) EXPECT_TRUE(w.copy(name)) << name << "\n" << w.story();
}

}  // namespace
}  // namespace mapisync::test
