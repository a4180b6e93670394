// Messages that change their folder.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

// Invariant 6: a deletion whose search key arrived elsewhere in the run is a move.
// Whichever of the two folders is visited first.
TEST(Moves, AreRecognisedBySearchKey) {
  for (const bool target_first : {true, false}) {
    World w;
    if (target_first) w.folder("Archive").add("old");
    w.inbox().add(4);
    w.folder("Archive").add("x");
    w.sync();
    w.move("m2", "Archive");
    w.sync();
    EXPECT_THAT(w, InStep());
    EXPECT_EQ(w.report().sum().moved, 1U) << w.story();
    EXPECT_EQ(w.report().sum().deleted, 0U) << w.story();
  }
}

TEST(Moves, ThereAndBack) {
  World w;
  w.folder("Archive").add("old");
  w.inbox().add(4);
  w.sync();
  w.move("m2", "Archive");
  w.sync();
  w.move("m2", "Inbox");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

TEST(Moves, OfAMessageThatBreaksOnTheWay) {
  World w;
  w.folder("Archive").add("old");
  w.inbox().add(4);
  w.sync();
  w.move("m2", "Archive").break_message("m2");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m2"));
}

TEST(Moves, OfABadMessageThatHealsOnTheWay) {
  World w;
  w.folder("Archive").add("old");
  w.inbox().add(4).add_bad("bad");
  w.sync();
  w.heal("bad").move("bad", "Archive");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

TEST(Moves, BetweenThePassesOfTheTwoFolders) {
  World trial;
  trial.folder("Archive").add("old");
  trial.inbox().add(3);
  trial.sync();
  trial.sync();
  const auto calls = trial.calls();
  for (std::uint64_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE(testing::Message() << "moved before call " << at);
    World w;
    w.folder("Archive").add("old");
    w.inbox().add(3);
    w.sync();
    w.at_call(at, [&w] { w.move("m2", "Archive"); });
    w.run();
    w.settle();
    ASSERT_THAT(w, InStep());
  }
}

// Invariant 6: what arrived in a run that was cut short is no less a move in the next one, and waits for nobody.
TEST(Moves, WhoseRunIsStoppedAtAnyCallAreMovesInTheNext) {
  const auto story = [](World& w) {
    w.options().deletion_guard_count = 1;
    w.folder("Archive").add("old");
    w.inbox().add(5);
    w.sync();
    w.move("m1", "Archive").move("m2", "Archive").move("m3", "Archive");
  };
  World whole;
  story(whole);
  whole.sync();
  for (std::uint64_t at = 1; at <= whole.calls(); ++at) {
    SCOPED_TRACE(testing::Message() << "stopped at call " << at);
    World w;
    story(w);
    w.stop_at_call(at).run();
    w.sync();
    ASSERT_THAT(w, InStep());
  }
}

TEST(Moves, OfAWholeFolderKeepItsMessages) {
  World w;
  w.folder("Projects/Old").add(3);
  w.folder("Archive").add("x");
  w.sync();
  const auto folder = w.folder("Projects/Old").id();
  const auto archive = w.folder("Archive").id();
  ASSERT_TRUE(w.mailbox().move_folder(folder, archive));
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("Archive/Old").source.unchanged, 3U);
}

}  // namespace
}  // namespace mapisync::test
