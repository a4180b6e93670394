// Every row of what one real server was seen to do (observed-server.md), played by the fake.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using fake::DamageKind;

World& filled(World& w) {
  w.inbox().add(8);
  return w;
}

// Row 1: abort with CALL_FAILED after the whole messages before it; every retry ends at the same place.
TEST(ObservedServer, AMalformedPropertyAbortsWithCallFailed) {
  World w({.faults = servers::delivers_prefix()});
  filled(w).break_message("m5", {DamageKind::abort, Errc::call_failed});
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m5"));
  EXPECT_THAT(w, Quarantines(Names{"m5"}));
}

// Row 3: "out of memory" when it is the message.
TEST(ObservedServer, AMisleadingOutOfMemory) {
  World w({.faults = servers::delivers_prefix()});
  filled(w).break_message("m5", {DamageKind::abort, Errc::out_of_memory});
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m5"));
}

// Rows 4 and 5: success with one message less, and a final state that says it was seen.
TEST(ObservedServer, SilentLoss) {
  World w({.faults = servers::delivers_prefix()});
  filled(w).hide("m5");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m5"));
}

// gromox: what it drops it may announce as deleted.
TEST(ObservedServer, SilentLossAnnouncedAsADeletion) {
  World w({.faults = servers::delivers_prefix()});
  filled(w).sync();
  w.hide_as_deleted("m5");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
  // Changed and left out again while the counts stay equal: the periodic sweep compares the versions (invariant 2).
  w.options().sweep_every_runs = 1;
  w.modify("m5");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m5"));
}

// Rows 6 and 7: success with a placeholder, or with a shortened value. Nothing tells it from mail (docs/limits.md): the
// mirror holds what the server delivers, and holds the real content as soon as the server has it again.
TEST(ObservedServer, AWrongValueIsReplacedByTheNextVersion) {
  for (const DamageKind kind : {DamageKind::placeholder, DamageKind::truncate}) {
    World w({.faults = servers::delivers_prefix()});
    filled(w).break_message("m5", {kind, Errc::ok});
    w.sync();
    EXPECT_EQ(w.report("Inbox").source.delivered, 8U) << w.story();
    w.heal_with_new_version("m5");
    w.sync();
    EXPECT_THAT(w, InStep());
  }
}

// Row 8: the server process ends at that message, every time.
TEST(ObservedServer, DeathAtAMessage) {
  auto plan = servers::delivers_prefix();
  plan.server.revives_after = 1;
  World w({.faults = plan});
  w.options().allow_disruptive = true;  // without it: losses_test.cpp
  filled(w).break_message("m5", {DamageKind::server_death, Errc::session_lost});
  w.sync();
  w.settle(5);
  EXPECT_THAT(w, InStepExcept("m5"));
}

// All of it together, and healed.
TEST(ObservedServer, AWholeBadDayAndTheDayAfter) {
  World w({.faults = servers::delivers_prefix()});
  filled(w).break_message("m2", {DamageKind::abort, Errc::call_failed}).hide("m3").break_message("m7");
  w.sync();
  w.remove("m1").modify("m4").inbox().add("new");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m2", "m3", "m7"));
  for (const char* name : {"m2", "m3", "m7"}) w.heal_with_new_version(name);
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

}  // namespace
}  // namespace mapisync::test
