// When it is the server that is ill, not the mail.
#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using fake::PortCall;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Invariant 3: isolation stops when every control fails; nobody is condemned.
TEST(SickServer, WhereNothingExportsNobodyIsCondemned) {
  World w({.faults = servers::calm()});
  w.inbox().add(5);
  w.sync();
  auto plan = servers::calm();
  plan.server.transient_per_mille = 1'000;
  plan.server.transient_code = Errc::corrupt_data;
  w.server(plan, "every export fails");
  w.modify("m1").modify("m2");
  w.sync();
  EXPECT_THAT(w.names_of(UnsettledClass::quarantined), testing::IsEmpty()) << w.story();
  EXPECT_NE(w.report().grade, Grade::in_step);
  w.server(servers::calm(), "well again");
  w.pass_time(std::chrono::hours(24 * 30));
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// F1: the control itself broke (without a new change key): it is replaced by another.
TEST(SickServer, ABrokenControlIsReplaced) {
  for (const auto fence : servers::kFences) {
    SCOPED_TRACE(servers::name_of(fence));
    World w({.faults = servers::fenced(fence)});
    w.inbox().add(4);
    w.sync();
    w.break_with_new_version("m2").break_message("m1").break_message("m3");
    w.sync();
    w.settle();
    EXPECT_THAT(w, InStepExcept("m2"));
    EXPECT_THAT(w, Quarantines(Names{"m2"}));
  }
}

// F1: message 1 and 2 in step, 2 changes and is bad, the only control 1 breaks; another folder has one.
TEST(SickServer, ABrokenControlIsReplacedByOneOfAnotherFolder) {
  World w;
  w.folder("Archive").add("good");
  w.inbox().add(2);
  w.sync();
  w.break_with_new_version("m2").break_message("m1");
  w.sync();
  w.settle();
  EXPECT_THAT(w, Quarantines(Names{"m2"}));
  EXPECT_THAT(w, InStepExcept("m2"));
}

// Throttled with a stated wait: the wait is obeyed, on the injected clock.
TEST(SickServer, AStatedWaitIsObeyed) {
  World w({.faults = servers::fails(PortCall::synchronize, 1, 1, Errc::busy, servers::calm(), milliseconds(7'000))});
  w.inbox().add(4);
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
  const auto& waits = w.clock().waits();
  const auto total = std::accumulate(waits.begin(), waits.end(), Duration{0});
  EXPECT_GE(total, seconds(7)) << w.story();
}

// A dead connection is replaced, not repaired; nothing is condemned for it.
TEST(SickServer, ALostConnectionAtEveryCall) {
  World whole({.faults = servers::calm()});
  whole.inbox().add(3).add_bad("bad");
  whole.sync();
  for (std::uint64_t at = 1; at <= whole.calls(); ++at) {
    SCOPED_TRACE(testing::Message() << "lost at call " << at);
    World w({.faults = servers::calm()});
    w.inbox().add(3).add_bad("bad");
    w.server().fail_call(at, fake::server_failure(Errc::session_lost, "scripted"));
    w.run();
    w.settle();
    ASSERT_THAT(w, InStepExcept("bad"));
  }
}

// Observed server: the whole process ends at one message, every time; the connection is lost until someone restarts it.
TEST(SickServer, DeathAtAMessageIsThatMessagesFault) {
  auto plan = servers::calm();
  plan.server.revives_after = 1;
  World w({.faults = plan});
  w.options().allow_disruptive = true;  // without it: losses_test.cpp
  w.inbox().add(6);
  w.break_message("m4", {fake::DamageKind::server_death, Errc::session_lost});
  w.sync();
  w.settle(5);
  EXPECT_THAT(w, InStepExcept("m4"));
}

TEST(SickServer, ADeadServerEndsTheRunAndTheNextOneGoesOn) {
  World w({.faults = servers::calm()});
  w.inbox().add(4);
  w.at_call(12, [&w] { w.server().kill_server(); });
  w.run();
  w.server().restart_server();
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// 7.5 row 17 and mapi-ics 6.3: W_PROGRESS for ever is a timeout.
TEST(SickServer, AnExportThatGoesOnForEverEnds) {
  World w({.faults = servers::calm()});
  w.options().stalled_steps_max = 20;
  w.inbox().add(5);
  w.break_message("m3", {fake::DamageKind::stall, Errc::timeout});
  w.sync();
  w.settle(5);
  EXPECT_THAT(w, InStepExcept("m3"));
}

// Invariants 3 and 12: a folder in which nothing exports any more, in a mailbox where everything else does: it is not
// the server. Nobody else waits for it.
TEST(SickServer, AFolderInWhichNothingExportsStopsNobody) {
  World w;
  w.folder("Healthy").add("one").add("two");
  w.inbox().add(4);
  w.sync();
  for (const char* name : {"m1", "m2", "m3", "m4"}) w.break_with_new_version(name);
  w.folder("Healthy").add("three");
  w.sync();
  w.settle();
  EXPECT_TRUE(w.copy("three")) << w.story();
  EXPECT_THAT(w, InStepExcept("m1", "m2", "m3", "m4"));
  EXPECT_THAT(w.finding_names(), testing::Not(testing::Contains("server_sick")));
}

// Invariant 12: a sick folder is left, its siblings go on.
TEST(SickServer, AFolderThatCannotBeOpenedDoesNotStopTheOthers) {
  World w;
  w.folder("Locked").add("inside");
  w.inbox().add(3);
  w.forbid_folder("Locked", Errc::no_access);
  w.sync();
  EXPECT_THAT(w.differences(), testing::IsEmpty()) << w.story();
  EXPECT_THAT(w.finding_names(), testing::Contains("folder_unreadable"));
  EXPECT_EQ(w.report().folders_unreadable, 1U);
  EXPECT_NE(w.report().grade, Grade::in_step);
  w.forbid_folder("Locked", std::nullopt);
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report().grade, Grade::in_step);
}

// No selective export at all: nothing can be isolated; nothing is lost, and it is said.
TEST(SickServer, WithoutSelectiveExportItSaysSo) {
  auto plan = servers::calm();
  plan.server.selective_sync = Known::no;
  World w({.faults = plan});
  w.inbox().add(5);
  w.sync();
  EXPECT_THAT(w, InStep());
  w.break_with_new_version("m2");
  w.sync();
  EXPECT_THAT(w.finding_names(), testing::Contains("cannot_isolate"));
  EXPECT_NE(w.report().grade, Grade::in_step);
  w.heal_with_new_version("m2");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// Invariant 3: the control may come from a folder that is synchronized later; one bad message is told once.
TEST(SickServer, AControlFromALaterFolder) {
  World w;
  w.folder("A").add_bad("bad");
  w.folder("B").add(3);
  w.sync();
  EXPECT_THAT(w.names_of(UnsettledClass::quarantined), testing::ElementsAre("bad")) << w.story();
  EXPECT_EQ(w.report("A").new_suspected, 0U);
  w.sync();
  EXPECT_EQ(w.report().grade, Grade::in_step_but_known);
}

}  // namespace
}  // namespace mapisync::test
