// The mailbox was moved to another database, or restored: the run stops and says so, and goes on where it is told to,
// without anything twice (design section 3, Identity).
#include <gtest/gtest.h>

#include "engine/survey.h"
#include "store/memory/memory_sink.h"
#include "tests/support/matchers.h"
#include "tests/support/memory_spool.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using servers::Fence;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using Move = fake::FakeMailbox::DatabaseMove;

struct Instance {
  const char* name;
  Move move;
  MirrorKind mirror;
};

std::vector<Instance> instances() {
  std::vector<Instance> all;
  const std::pair<const char*, MirrorKind> mirrors[] = {
      {"memory", MirrorKind::memory}, {"separate", MirrorKind::separate}, {"sqlite", MirrorKind::sqlite}};
  for (const auto& [mirror, kind] : mirrors) {
    static_cast<void>(mirror);
    all.push_back({"KeysKept", {}, kind});
    all.push_back({"RestoredCopy", {.new_mailbox_guid = true}, kind});
    all.push_back({"KeysNew", {.new_source_keys = true}, kind});
    all.push_back({"VersionsNew", {.new_versions = true}, kind});
    all.push_back({"AllNew", {.new_mailbox_guid = true, .new_source_keys = true, .new_versions = true}, kind});
  }
  return all;
}

std::string instance_name(const testing::TestParamInfo<Instance>& p) {
  const char* kinds[] = {"memory", "separate", "sqlite"};
  return std::string(p.param.name) + "_" + kinds[static_cast<int>(p.param.mirror)];
}

class NewInstance : public testing::TestWithParam<Instance> {
 protected:
  NewInstance() : w({.mirror = GetParam().mirror}) {}
  /// The run that stops is played, and the decision taken.
  const SyncReport& accept() {
    w.move_mailbox(GetParam().move);
    w.sync();
    EXPECT_TRUE(w.report().identity_changed);
    EXPECT_EQ(w.report().grade, Grade::decision_needed);
    EXPECT_THAT(w.report().grade_reason, HasSubstr("--accept-new-instance"));
    w.options().accept_new_instance = true;
    return w.sync();
  }
  std::uint64_t fetched() const { return w.report().costs.fetched; }
  std::size_t copies() { return w.holding().mirror.size(); }
  World w;
};
INSTANTIATE_TEST_SUITE_P(Instances, NewInstance, testing::ValuesIn(instances()), instance_name);

// Design section 3: nothing is deleted, nothing added, nothing fetched.
TEST_P(NewInstance, EverythingIsRecognised) {
  w.folder("Archive/2025").add("old").add_associated("rule");
  w.inbox().add(4).add_read("seen").add_foreign("guest");
  w.sync();
  const auto upserts = w.sink_script().upserts;
  accept();
  EXPECT_TRUE(w.report().instance_accepted);
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(fetched(), 0U) << w.story();
  EXPECT_EQ(w.sink_script().upserts, upserts);
  EXPECT_EQ(copies(), 8U);
  EXPECT_EQ(w.report().sum().recognised, 8U);
  EXPECT_EQ(w.report().sum().source.unchanged, 8U);
  EXPECT_EQ(w.report().grade, Grade::in_step);
  EXPECT_THAT(w.event_names(), Contains("new_instance"));
}

// From there on the instance is the one we know.
TEST_P(NewInstance, LaterRunsAreOrdinaryOnes) {
  w.inbox().add(5);
  w.sync();
  accept();
  w.settle();
  w.options().accept_new_instance = false;
  w.modify("m2").remove("m3").mark_read("m4");
  w.inbox().add("new");
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_FALSE(w.report().instance_accepted);
  EXPECT_EQ(fetched(), 2U) << w.story();
}

TEST_P(NewInstance, WhatChangedOnTheWayIsFetchedAndReplaced) {
  w.inbox().add(6);
  w.sync();
  w.modify("m1").remove("m2").mark_read("m3");
  w.inbox().add("new");
  const auto upserts = w.sink_script().upserts;
  accept();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.sink_script().upserts - upserts, 2U) << w.story();
  EXPECT_LE(fetched(), 3U) << "one besides may have told which ids a list takes";
  EXPECT_EQ(copies(), 7U);
  ASSERT_TRUE(w.copy("m2"));
  EXPECT_TRUE(w.copy("m2")->deleted);
  EXPECT_EQ(w.report("Inbox").deleted, 1U);
}

// Invariant 6, the usual guard: what is not there in the new instance.
TEST_P(NewInstance, ManyThatAreMissingAreHeld) {
  w.options().deletion_guard_count = 2;
  w.inbox().add(8);
  w.sync();
  for (const char* name : {"m1", "m2", "m3", "m4"}) w.remove(name);
  accept();
  w.expect().deletions_held = true;
  EXPECT_THAT(w.differences(), IsEmpty()) << w.story();
  EXPECT_EQ(w.report("Inbox").mirror.held, 4U);
  EXPECT_EQ(w.report().grade, Grade::decision_needed);
  w.options().accept_large_deletions = true;
  w.sync();
  w.expect().deletions_held = false;
  EXPECT_THAT(w, InStep());
}

// A deletion that waits goes on waiting; one whose message the restored copy has again does not.
TEST_P(NewInstance, HeldDeletionsMoveAlong) {
  w.options().deletion_guard_count = 1;
  w.inbox().add(7);
  w.sync();
  for (const char* name : {"m1", "m2", "m3"}) w.soft_remove(name);
  w.sync();
  EXPECT_EQ(w.report("Inbox").mirror.held, 3U);
  w.bring_back("m1");
  accept();
  w.expect().deletions_held = true;
  EXPECT_THAT(w.differences(), IsEmpty()) << w.story();
  EXPECT_EQ(w.report("Inbox").mirror.held, 2U);
  EXPECT_EQ(copies(), 7U);
}

// The verdict stands, with its evidence and its age; nobody is told of it as new.
TEST_P(NewInstance, QuarantineMovesAlong) {
  w.inbox().add(4).add_bad("bad");
  w.break_message("m1");
  w.sync();
  w.settle();
  w.break_with_new_version("m2");  // its older copy stays, stale
  w.sync();
  const auto before = w.unsettled("bad");
  ASSERT_TRUE(before);
  accept();
  EXPECT_THAT(w, InStepExcept("bad", "m1", "m2"));
  EXPECT_EQ(w.report().grade, Grade::in_step_but_known) << w.story();
  const auto after = w.unsettled("bad");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->first_seen, before->first_seen);
  EXPECT_TRUE(after->announced);
  EXPECT_EQ(copies(), 3U);
}

// Another database may have mended it: it is tried at once.
TEST_P(NewInstance, AMessageThatTheMoveMendedIsReleased) {
  w.inbox().add(4).add_bad("bad");
  w.sync();
  w.settle();
  w.heal("bad");
  accept();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("Inbox").released, 1U);
}

// ... or left it behind.
TEST_P(NewInstance, ABadMessageThatTheMoveLeftBehind) {
  w.inbox().add(4).add_bad("bad");
  w.sync();
  w.settle();
  w.remove("bad");
  accept();
  EXPECT_THAT(w, InStep());
}

// Copies of one message: as many as there are, one to one.
TEST_P(NewInstance, DuplicatesStayAsManyAsTheyAre) {
  w.inbox().add(2);
  w.copy_message("m1", "m1 again").copy_message("m1", "m1 once more").copy_message("m2", "m2 again");
  w.sync();
  w.remove("m1 again").modify("m2 again");
  w.copy_message("m1", "m1 late");
  accept();
  EXPECT_THAT(w, InStep());
  EXPECT_LE(copies(), 6U) << w.story();
  EXPECT_EQ(w.report("Inbox").source.sum(), 5U);
  w.settle();
  EXPECT_THAT(w, InStep());
}

TEST_P(NewInstance, FoldersAreFoundByKeyRoleOrName) {
  w.folder("A/B").add("deep");
  w.folder("Gone").add("g");
  w.inbox().add(2);
  w.sync();
  w.delete_folder("Gone");
  w.folder("New").add("n");
  accept();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(fetched(), 1U) << w.story();
  EXPECT_EQ(w.report("A/B").recognised, 1U);
  EXPECT_EQ(w.report().folders_deleted, 1U);
  EXPECT_EQ(w.report().folders_added, 1U);
}

// A message that changed its folder on the way: a move, where the guard allows for it.
TEST_P(NewInstance, AMessageMovedToAnotherFolderOnTheWay) {
  w.folder("Archive").add("old");
  w.inbox().add(4);
  w.sync();
  w.move("m1", "Archive");
  accept();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report().sum().moved, 1U) << w.story();
}

// Without the option nothing happens; with it, and nothing changed, nothing either.
TEST_P(NewInstance, TheOptionAloneDoesNothing) {
  w.inbox().add(3);
  w.sync();
  w.settle();
  const Holding before = w.holding();
  w.options().accept_new_instance = true;
  w.sync();
  EXPECT_FALSE(w.report().instance_accepted);
  EXPECT_THAT(changes(before, w.holding()), IsEmpty());
  EXPECT_THAT(w.event_names(), testing::Not(Contains("new_instance")));
}

// Stopped or killed at any call: later runs go on, with the option or without.
TEST_P(NewInstance, AnInterruptedOneIsContinued) {
  const auto begin = [](World& world) {
    world.folder("Archive").add("old").add_bad("bad");
    world.inbox().add(4);
    world.sync();
    world.modify("m1").remove("m2");
    world.move_mailbox(GetParam().move);
    world.options().accept_new_instance = true;
  };
  World whole({.mirror = GetParam().mirror});
  begin(whole);
  whole.sync();
  for (std::uint64_t at = 1; at <= whole.calls(); at += 3) {
    SCOPED_TRACE(testing::Message() << "at call " << at);
    World world({.mirror = GetParam().mirror});
    begin(world);
    at % 2 == 0 ? world.crash_at_call(at) : world.stop_at_call(at);
    world.run();
    bool accepted = false;
    const auto known = world.store().mailbox();
    ASSERT_TRUE(known);
    const auto seen = world.mailbox().identity();
    ASSERT_TRUE(seen);
    accepted = known.value()->identity.mapping_signature == seen.value().mapping_signature;
    world.options().accept_new_instance = !accepted;
    world.settle(3);
    ASSERT_THAT(world, InStepExcept("bad"));
    EXPECT_EQ(world.holding().mirror.size(), 5U);
  }
}

// It moves once more before the first adoption is done.
TEST_P(NewInstance, MovedAgainInTheMiddle) {
  w.folder("Archive").add("old");
  w.inbox().add(4);
  w.sync();
  w.move_mailbox(GetParam().move);
  w.options().accept_new_instance = true;
  w.stop_at_call(20);
  w.run();
  w.move_mailbox(GetParam().move);
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(copies(), 5U);
}

SurveyReport look(World& w) {
  MemorySink none;
  MemorySpool spool;
  SeededRandom random(1);
  const SyncEnvironment environment{w.server(), w.store(), none, w.clock(), random, spool, nullptr, Log{}};
  const StopFlag stop;
  auto report = survey(environment, w.options(), stop);
  EXPECT_TRUE(report) << report.error().to_string();
  return report ? std::move(report).value() : SurveyReport{};
}

TEST_P(NewInstance, ADryRunTellsWhatItWouldDo) {
  w.inbox().add(6).add_bad("bad");
  w.sync();
  w.settle();
  w.modify("m1").remove("m2").mark_read("m3");
  w.inbox().add("new");
  w.move_mailbox(GetParam().move);
  w.options().accept_new_instance = true;
  const Holding before = w.holding();
  const SurveyReport report = look(w);
  EXPECT_TRUE(report.would_accept);
  EXPECT_EQ(report.folders_gone, 0U);
  const auto inbox = std::find_if(report.folders.begin(), report.folders.end(),
                                  [](const FolderSurvey& folder) { return folder.path == "Inbox"; });
  ASSERT_NE(inbox, report.folders.end());
  EXPECT_EQ(inbox->listed, 7U);
  EXPECT_EQ(inbox->recognised, 6U);
  EXPECT_EQ(inbox->in_step, 4U);
  EXPECT_EQ(inbox->to_fetch, 2U);
  EXPECT_EQ(inbox->quarantined, 1U);
  EXPECT_EQ(inbox->to_delete, 1U);
  EXPECT_EQ(inbox->read_differs, 1U);
  EXPECT_THAT(changes(before, w.holding()), IsEmpty());
}

class NewInstanceFence : public testing::TestWithParam<Fence> {};
INSTANTIATE_TEST_SUITE_P(Fences, NewInstanceFence, testing::ValuesIn(servers::kFences),
                         [](const auto& p) { return servers::name_of(p.param); });

// However a state is had: nothing is written again, and nothing fetched but where a state costs the content.
TEST_P(NewInstanceFence, KeepsWhatIsRecognised) {
  World w({.faults = servers::fenced(GetParam())});
  w.inbox().add(6).add_bad("bad");
  w.sync();
  w.settle(3);
  w.move_mailbox({.new_source_keys = true, .new_versions = true});
  w.options().accept_new_instance = true;
  const auto upserts = w.sink_script().upserts;
  w.sync();
  w.settle(3);
  EXPECT_THAT(w, InStepExcept("bad"));
  EXPECT_EQ(w.sink_script().upserts, upserts) << w.story();
  w.inbox().add("new");
  w.modify("m1").remove("m2");
  w.sync();
  w.settle(3);
  EXPECT_THAT(w, InStepExcept("bad"));
}

// A restored copy gives its old numbers again: the key of one message is another's now.
TEST(NewInstanceStories, AKeyThatIsAnotherMessagesNow) {
  for (const MirrorKind kind : {MirrorKind::memory, MirrorKind::separate, MirrorKind::sqlite}) {
    World w({.mirror = kind});
    w.inbox().add(2).add_foreign("guest");
    w.sync();
    w.remove("guest");
    auto other = fake::plain_message("other");
    other.foreign_source_key = "foreign-guest";
    ASSERT_TRUE(w.mailbox().add_message(w.inbox().id(), std::move(other)));
    w.move_mailbox();
    w.options().accept_new_instance = true;
    w.sync();
    EXPECT_THAT(w, InStep());
    EXPECT_EQ(w.report("Inbox").deleted, 1U) << w.story();
    EXPECT_EQ(w.holding().mirror.size(), 4U);
  }
}

// Limits: folder after folder.
TEST(NewInstanceStories, UnderACallLimit) {
  World w;
  w.folder("A").add(2);
  w.folder("B").add(2);
  w.inbox().add(3);
  w.sync();
  w.move_mailbox({.new_source_keys = true});
  w.modify("m1");
  w.options().accept_new_instance = true;
  w.options().limits.calls = 1;
  for (int run = 0; run < 8; ++run) w.run();
  w.options().limits = {};
  w.settle(3);
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.holding().mirror.size(), 7U);
}

// A session that reaches yet another instance in the middle of the run.
TEST(NewInstanceStories, AMoveInTheMiddleOfTheRunEndsIt) {
  World trial;
  trial.inbox().add(3);
  trial.sync();
  trial.sync();
  for (std::uint64_t at = 1; at <= trial.calls(); ++at) {
    SCOPED_TRACE(testing::Message() << "moved before call " << at);
    World w;
    w.inbox().add(3);
    w.sync();
    w.at_call(at, [&w] {
      w.move_mailbox({.new_source_keys = true});
      w.server().drop_sessions();
    });
    w.run();
    w.options().accept_new_instance = true;
    w.run();
    w.settle(3);
    ASSERT_THAT(w, InStep());
    EXPECT_EQ(w.holding().mirror.size(), 3U);
  }
}

// Invariant 2: what a target with a transaction of its own stored before a crash, and nobody recorded, does not stay
// under the key of the former instance.
TEST(NewInstance, WhatATargetIsAheadWithLeavesNoGhost) {
  bool crashed = true;
  for (std::uint64_t at = 1; crashed; ++at) {
    World w({.mirror = MirrorKind::separate});
    w.inbox().add(3);
    w.store_watch().crash_before_commit(at);
    crashed = w.run().crashed;
    w.move_mailbox({.new_source_keys = true});
    w.options().accept_new_instance = true;
    w.sync();
    w.settle();
    ASSERT_THAT(w, InStep()) << "before commit " << at;
  }
}

}  // namespace
}  // namespace mapisync::test
