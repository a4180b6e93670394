// A server, or this process, that ends at a message: who is suspected, who is left alone, and what it takes to go on.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using fake::DamageKind;
using fake::PortCall;

/// Ends at such a message, every time, and comes back by itself.
fake::FaultPlan mortal(fake::FaultPlan plan = servers::calm()) {
  plan.server.revives_after = 1;
  return plan;
}

World& deadly(World& w, int count = 8) {
  w.inbox().add(count);
  w.break_message("m4", {DamageKind::server_death, Errc::session_lost});
  return w;
}

// Invariant 3: two losses at the same place, and nobody asks again. The rest of the mailbox goes on (invariant 12).
TEST(Losses, TwoLossesOfTheServerStopTheFolderAndSayHowToGoOn) {
  World w({.faults = mortal()});
  deadly(w);
  w.folder("Other").add("elsewhere");
  w.sync();
  EXPECT_EQ(w.server().counts().deaths, 2U) << w.story();
  EXPECT_EQ(w.report().grade, Grade::decision_needed);
  EXPECT_THAT(w.report().grade_reason, testing::HasSubstr("--allow-disruptive"));
  EXPECT_EQ(w.report("Inbox").unfinished, Unfinished::disruptive);
  EXPECT_THAT(w.finding_names(), testing::Contains("server_lost"));
  EXPECT_TRUE(w.copy("elsewhere"));
  for (int run = 0; run < 3; ++run) {
    w.pass_time(std::chrono::hours(24 * 10));
    w.sync();
    EXPECT_EQ(w.server().counts().deaths, 2U) << "somebody asked again\n" << w.story();
    EXPECT_EQ(w.report().grade, Grade::decision_needed);
  }
  EXPECT_THAT(w.names_of(UnsettledClass::quarantined), testing::IsEmpty());
}

// New mail flows while the folder waits for a decision.
TEST(Losses, NewMailFlowsWhileADecisionIsAwaited) {
  World w({.faults = mortal()});
  deadly(w).sync();
  w.inbox().add("new");
  w.modify("m1");
  w.sync();
  EXPECT_TRUE(w.copy("new")) << w.story();
  EXPECT_EQ(w.server().counts().deaths, 2U) << w.story();
}

// Allowed: alone, at the stated rate, until it is known which one it is; then it is left alone for good.
TEST(Losses, AllowedToGoOnItAsksForTheSuspectsOneAtATime) {
  World w({.faults = mortal()});
  deadly(w).sync();
  w.options().allow_disruptive = true;
  w.clock().forget_waits();
  w.sync();
  EXPECT_THAT(w, InStepExcept("m4"));
  EXPECT_THAT(w, Quarantines(Names{"m4"}));
  EXPECT_EQ(w.server().counts().deaths, 4U) << "two strikes\n" << w.story();
  EXPECT_THAT(w.clock().waits(), testing::Contains(w.options().disruptive_pause));
  EXPECT_THAT(w.finding_names(), testing::Not(testing::Contains("server_lost")));
  w.options().allow_disruptive = false;
  for (int run = 0; run < 3; ++run) {
    w.pass_time(std::chrono::hours(24 * 10));
    w.sync();
  }
  EXPECT_EQ(w.server().counts().deaths, 4U) << "time earns no attempt that takes the server down\n" << w.story();
  EXPECT_EQ(w.report().grade, Grade::in_step_but_known);
  w.heal_with_new_version("m4");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// With every kind of fence, in every order of delivery, with every use of buffers.
TEST(Losses, WhateverTheServerDoesOtherwise) {
  for (const auto fence : servers::kFences) {
    for (const auto& plan : {servers::calm(), servers::exchange(), servers::delivers_prefix()}) {
      SCOPED_TRACE(servers::name_of(fence));
      World w({.faults = mortal(servers::fenced(fence, plan))});
      deadly(w);
      w.sync();
      EXPECT_EQ(w.report().grade, Grade::decision_needed) << w.story();
      const std::uint64_t deaths = w.server().counts().deaths;
      w.sync();
      EXPECT_EQ(w.server().counts().deaths, deaths) << w.story();
      w.options().allow_disruptive = true;
      w.sync();
      w.settle(4);
      EXPECT_THAT(w, InStepExcept("m4"));
    }
  }
}

TEST(Losses, TwoDeadlyMessagesAreBothFound) {
  World w({.faults = mortal()});
  w.options().allow_disruptive = true;
  deadly(w, 20).break_message("m17", {DamageKind::server_death, Errc::session_lost});
  w.sync();
  w.settle(4);
  EXPECT_THAT(w, InStepExcept("m17", "m4"));
}

// The server stays away until somebody starts it again: the losses of several runs count together.
TEST(Losses, CountOverSeveralRuns) {
  World w({.faults = servers::calm()});
  deadly(w);
  w.sync();
  EXPECT_EQ(w.report().grade, Grade::incomplete) << w.story();
  w.server().restart_server();
  w.sync();
  w.server().restart_server();
  EXPECT_EQ(w.server().counts().deaths, 2U) << w.story();
  EXPECT_EQ(w.report().grade, Grade::decision_needed) << w.story();
  w.sync();
  EXPECT_EQ(w.server().counts().deaths, 2U) << w.story();
  w.options().allow_disruptive = true;
  for (int run = 0; run < 8 && w.report().grade != Grade::new_trouble; ++run) {
    w.run();
    w.server().restart_server();
  }
  EXPECT_THAT(w, Quarantines(Names{"m4"}));
  w.settle();
  EXPECT_THAT(w, InStepExcept("m4"));
}

// A connection that drops while the server lives is no loss of the server: noise, or a message like any other.
TEST(Losses, AServerThatAnswersAtOnceWasNotLost) {
  for (const Errc code : {Errc::network, Errc::session_lost}) {
    SCOPED_TRACE(name_of(code));
    World w({.faults = servers::calm()});
    w.inbox().add(8);
    w.break_message("m4", {DamageKind::abort, code});
    w.sync();
    w.settle(3);
    EXPECT_THAT(w, InStepExcept("m4"));
    EXPECT_THAT(w.finding_names(), testing::Not(testing::Contains("server_lost")));
  }
}

// One restart of the server in the middle of whatever call costs no more than that.
TEST(Losses, OneRestartOfTheServerIsNoReasonToStop) {
  World whole({.faults = mortal()});
  whole.inbox().add(6).add_bad("bad");
  whole.sync();
  for (std::uint64_t at = 1; at <= whole.calls(); ++at) {
    SCOPED_TRACE(testing::Message() << "at call " << at);
    World w({.faults = mortal()});
    w.inbox().add(6).add_bad("bad");
    w.at_call(at, [&w] { w.server().kill_server(); });
    w.run();
    EXPECT_THAT(w.finding_names(), testing::Not(testing::Contains("server_lost")));
    w.settle(3);
    ASSERT_THAT(w, InStepExcept("bad"));
  }
}

// --- The process that ends ---

World& fatal(World& w, int count = 8) {
  w.inbox().add(count);
  w.break_message("m4", {DamageKind::client_death, Errc::session_lost});
  return w;
}

// Every run dies at one message; each next one knows better whom to suspect, and in the end everybody else is here.
TEST(Losses, AMessageThatEndsTheProcessIsNarrowedDownFromRunToRun) {
  for (const auto kind : {MirrorKind::memory, MirrorKind::separate, MirrorKind::sqlite}) {
    World w({.faults = servers::calm(), .mirror = kind});
    fatal(w);
    int crashes = 0;
    for (; w.run().crashed; ++crashes) {
      ASSERT_LT(crashes, 20) << w.story();
      w.reopen_store();
    }
    EXPECT_LE(crashes, 9) << w.story();
    EXPECT_THAT(w, InStepExcept("m4"));
    EXPECT_THAT(w.names_of(UnsettledClass::suspected), testing::ElementsAre("m4")) << w.story();
    EXPECT_FALSE(w.run().crashed) << "it is left alone until time earns an attempt\n" << w.story();
    w.settle();
  }
}

TEST(Losses, TimeEarnsAnAttemptAndACrashOnlyPutsItOff) {
  World w({.faults = servers::calm()});
  fatal(w);
  while (w.run().crashed) {
  }
  w.pass_time(std::chrono::hours(2));
  EXPECT_TRUE(w.run().crashed);
  EXPECT_FALSE(w.run().crashed) << w.story();
  w.inbox().add("new");
  EXPECT_FALSE(w.run().crashed);
  EXPECT_THAT(w, InStepExcept("m4"));
  w.heal("m4");
  w.pass_time(std::chrono::hours(24 * 10));
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// Invariants 1 and 8: what is written ahead is there when the process ends in the call, and only then.
TEST(Losses, WhatIsAskedForIsWrittenDownBeforeAndClearedAfter) {
  World w({.faults = servers::calm()});
  w.inbox().add(6).add_bad("bad");
  bool ahead = true;
  int selective = 0;
  World whole({.faults = servers::calm()});
  whole.inbox().add(6).add_bad("bad");
  whole.sync();
  for (std::uint64_t at = 1; at <= whole.calls(); ++at) {
    if (whole.call_list()[at - 1] != PortCall::config_selective) continue;
    ++selective;
    w.at_call(at, [&] {
      const FolderId inbox = w.store().folders().value().back().id;
      const auto asking = w.store().asking(inbox).value();
      ahead = ahead && asking && !asking->now.empty();
    });
  }
  w.sync();
  EXPECT_GT(selective, 3);
  EXPECT_TRUE(ahead) << w.story();
  const auto folders = w.store().folders();
  for (const FolderRecord& folder : folders.value()) {
    EXPECT_FALSE(w.store().asking(folder.id).value()) << "nothing is under way any more";
  }
}

}  // namespace
}  // namespace mapisync::test
