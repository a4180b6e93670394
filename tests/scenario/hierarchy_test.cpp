// Folders come, go, come back, and sometimes cannot be listed.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using fake::PortCall;

TEST(Hierarchy, NestedFoldersAreSynchronized) {
  World w;
  w.folder("A/B/C").add("deep");
  w.folder("A").add("shallow");
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("A/B/C").source.delivered, 1U);
}

// The hierarchy exporter fails: the folder list is read from the table, and the run says so.
TEST(Hierarchy, ListedByTheTableWhenTheExporterFails) {
  auto plan = servers::calm();
  plan.failures.push_back({PortCall::hierarchy_synchronize, 1, 1'000, Errc::corrupt_data, {}});
  World w({.faults = plan});
  w.folder("A/B").add("deep");
  w.inbox().add(2);
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_THAT(w.finding_names(), testing::Contains("hierarchy_failed"));
  w.delete_folder("A");
  w.sync();
  EXPECT_THAT(w, InStep());
}

TEST(Hierarchy, ADeletedFolderIsMarkedWithAllItHeld) {
  World w;
  w.folder("Projects").add(3);
  w.inbox().add(2);
  w.sync();
  w.delete_folder("Projects");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
  ASSERT_TRUE(w.copy("m1"));
  EXPECT_TRUE(w.copy("m1")->deleted);
}

TEST(Hierarchy, ARestoredFolderComesBackWithAllItHolds) {
  World w;
  w.folder("Projects").add(3);
  w.inbox().add(2);
  w.sync();
  w.delete_folder("Projects");
  w.sync();
  w.restore_folder("Projects");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

TEST(Hierarchy, DeletedWithABadMessageInside) {
  World w;
  w.folder("Projects").add(3).add_bad("bad");
  w.inbox().add(2);
  w.sync();
  w.delete_folder("Projects");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// Invariant 6: the deletion of a large folder waits for approval.
TEST(Hierarchy, TheDeletionOfALargeFolderIsHeld) {
  World w;
  w.options().deletion_guard_count = 3;
  w.folder("Projects").add(6);
  w.inbox().add(2);
  w.sync();
  w.delete_folder("Projects");
  w.sync();
  w.expect().deletions_held = true;
  EXPECT_THAT(w.differences(), testing::IsEmpty()) << w.story();
  EXPECT_EQ(w.report().grade, Grade::decision_needed);
  ASSERT_TRUE(w.copy("m1"));
  EXPECT_FALSE(w.copy("m1")->deleted);
  w.options().accept_large_deletions = true;
  w.sync();
  w.expect().deletions_held = false;
  EXPECT_THAT(w, InStep());
}

TEST(Hierarchy, RenamedAndMovedFoldersKeepTheirMail) {
  World w;
  w.folder("Projects").add(3);
  w.sync();
  w.rename_folder("Projects", "Done");
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("Done").source.unchanged, 3U);
}

// Invariant 6: whether a folder is gone could not be seen, at whichever call; the server would not say it again.
TEST(Hierarchy, ADeletionThatCouldNotBeVerifiedIsNotForgotten) {
  World whole({.faults = servers::calm()});
  const auto story = [](World& w) {
    w.folder("Projects/Old").add(2);
    w.inbox().add(2);
    w.sync();
    w.delete_folder("Projects");
    w.options().exclude_folders = {"Projects"};  // no visit would notice that it is gone
  };
  story(whole);
  whole.sync();
  for (const Errc code : {Errc::call_failed, Errc::corrupt_data, Errc::invalid_argument, Errc::too_big}) {
    for (std::uint64_t at = 1; at <= whole.calls(); ++at) {
      SCOPED_TRACE(testing::Message() << "calls " << at << " and " << at + 1 << " fail: " << name_of(code));
      World w({.faults = servers::calm()});
      story(w);
      for (const std::uint64_t call : {at, at + 1}) {
        w.server().fail_call(w.server().counts().calls + call, fake::server_failure(code, "scripted"));
      }
      w.run();
      const bool ended = w.run().report.has_value();
      w.run();  // where the first failure ended the run, the second one meets this
      if (!ended) w.sync();
      ASSERT_THAT(w, InStep());
    }
  }
}

// Invariant 5: a folder that counts as living and cannot be found is asked for again, whatever the state says, ...
TEST(Hierarchy, AFolderThatIsGoneWithoutAWordIsMarkedDeleted) {
  const auto story = [](World& w) {
    w.folder("Projects").add(2);
    w.inbox().add(2);
    w.sync();
    w.delete_folder("Projects");
  };
  World whole({.faults = servers::calm()});
  story(whole);
  whole.sync();
  const auto& calls = whole.call_list();
  const auto look = std::find(calls.begin(), calls.end(), fake::PortCall::open_folder) - calls.begin();
  World w({.faults = servers::calm()});
  story(w);
  // The claim is refuted by a server that is wrong, and will not be made again.
  w.server().fail_call(w.server().counts().calls + static_cast<std::uint64_t>(look) + 1,
                       fake::server_failure(Errc::no_access, "scripted"));
  w.sync();
  w.sync();
  EXPECT_THAT(w, InStep());
}

// ... and one that is listed all the same is a finding, not a run without complaints.
TEST(Hierarchy, AFolderThatIsListedAndCannotBeFound) {
  World w({.faults = servers::calm()});
  w.folder("Projects").add(2);
  w.inbox().add(2);
  w.sync();
  w.forbid_folder("Projects", Errc::not_found);
  w.sync();
  EXPECT_EQ(w.sync().grade, Grade::new_trouble);
  EXPECT_THAT(w.finding_names(), testing::Contains("folder_unreadable"));
  EXPECT_EQ(w.sync().grade, Grade::in_step_but_known);
  w.forbid_folder("Projects", std::nullopt);
  w.settle();
  EXPECT_THAT(w, InStep());
}

// Same key, same content: restored before anybody looked, or after.
TEST(Hierarchy, DeletedAndRestoredWithTheSameKey) {
  for (const bool looked : {false, true}) {
    SCOPED_TRACE(looked ? "a run saw it gone" : "no run saw it gone");
    World w;
    w.folder("Projects").add(3).add_bad("bad");
    w.inbox().add(2);
    w.sync();
    w.settle();
    const auto upserts = w.sink_script().upserts;
    w.delete_folder("Projects");
    if (looked) w.sync();
    w.restore_folder("Projects");
    w.modify("m1");
    w.sync();
    w.settle();
    EXPECT_THAT(w, InStepExcept("bad"));
    EXPECT_EQ(w.sink_script().upserts - upserts, looked ? 3U : 1U) << w.story();
    EXPECT_EQ(w.holding().mirror.size(), 5U);
  }
}

TEST(Hierarchy, TwoFoldersSwapTheirNames) {
  World w;
  w.folder("A").add("a1").add("a2");
  w.folder("B").add("b1");
  w.sync();
  const auto upserts = w.sink_script().upserts;
  w.rename_folder("A", "was A").rename_folder("B", "A").rename_folder("was A", "B");
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("A").source.unchanged, 1U);
  EXPECT_EQ(w.report("B").source.unchanged, 2U);
  EXPECT_EQ(w.sink_script().upserts, upserts) << "nothing is fetched for a name";
  EXPECT_EQ(w.report().folders_deleted, 0U);
}

TEST(Hierarchy, AFolderMovedBelowAnother) {
  World w;
  w.folder("A/B").add("deep");
  w.folder("C").add("c");
  w.sync();
  const auto upserts = w.sink_script().upserts;
  w.move_folder("A", "C").modify("deep");
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("C/A/B").source.delivered, 1U);
  EXPECT_EQ(w.sink_script().upserts - upserts, 1U);
  EXPECT_EQ(w.report().folders_deleted, 0U);
}

// Moved below one that is deleted in the same interval: it goes with it. Moved out of one: it stays.
TEST(Hierarchy, MovedAwayFromOrIntoADeletedFolder) {
  World w;
  w.folder("A/B").add("saved");
  w.folder("C").add("lost");
  w.inbox().add(1);
  w.sync();
  w.move_folder("A/B", "Inbox").move_folder("C", "A").delete_folder("A");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
  EXPECT_FALSE(w.copy("saved")->deleted);
  EXPECT_TRUE(w.copy("lost")->deleted);
}

// One name, two folders: the old one's mail goes, the new one's comes, also at one look.
TEST(Hierarchy, DeletedAndANewOneOfTheSameNameMade) {
  World w;
  w.folder("Projects").add("old one").add_bad("old bad one");
  w.inbox().add(1);
  w.sync();
  w.delete_folder("Projects");
  w.folder("Projects").add("new one");
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("Projects").source.sum(), 1U);
  EXPECT_TRUE(w.copy("old one")->deleted);
  EXPECT_EQ(w.report().folders_deleted, 1U);
  EXPECT_EQ(w.report().folders_added, 1U);
  w.settle();
  EXPECT_THAT(w, InStep());
}

// Search folders hold no mail of their own.
TEST(Hierarchy, SearchFoldersAreLeftAlone) {
  World w;
  w.inbox().add(2);
  fake::FolderSpec spec;
  spec.name = "Unread Mail";
  spec.kind = FolderKind::search;
  const auto search = w.mailbox().add_folder(fake::FakeMailbox::kIpmSubtree, spec);
  ASSERT_TRUE(search);
  ASSERT_TRUE(w.mailbox().add_message(search.value(), fake::plain_message("found")));
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
  EXPECT_FALSE(w.report().folders.empty());
  for (const FolderReport& folder : w.report().folders) EXPECT_NE(folder.path, "Unread Mail");
}

TEST(Hierarchy, OnlyTheChosenRoot) {
  World w;
  w.options().root_path = "Projects";
  w.folder("Projects/A").add("a");
  w.inbox().add("outside");
  w.sync();
  EXPECT_TRUE(w.copy("a"));
  EXPECT_FALSE(w.copy("outside"));
}

TEST(Hierarchy, IncludedAndExcludedFolders) {
  World w;
  w.options().exclude_folders = {"Archive"};
  w.folder("Archive").add("old");
  w.inbox().add("new");
  w.sync();
  EXPECT_TRUE(w.copy("new"));
  EXPECT_FALSE(w.copy("old"));
  // Excluding a folder later is no deletion of what it held.
  w.options().exclude_folders.clear();
  w.sync();
  EXPECT_THAT(w, InStep());
  w.options().exclude_folders = {"Archive"};
  w.sync();
  ASSERT_TRUE(w.copy("old"));
  EXPECT_FALSE(w.copy("old")->deleted);
}

// Invariant 12: a folder deleted in the middle of the run.
TEST(Hierarchy, AFolderThatGoesAtAnyCall) {
  World whole({.faults = servers::calm()});
  whole.folder("Projects").add(2);
  whole.inbox().add(2);
  whole.sync();
  for (std::uint64_t at = 1; at <= whole.calls(); ++at) {
    SCOPED_TRACE(testing::Message() << "deleted before call " << at);
    World w({.faults = servers::calm()});
    w.folder("Projects").add(2);
    w.inbox().add(2);
    w.at_call(at, [&w] { w.delete_folder("Projects"); });
    w.run();
    w.settle();
    ASSERT_THAT(w, InStep());
  }
}

// Public folders are refused with a message for people.
TEST(Hierarchy, PublicFoldersAreRefused) {
  World w({.public_folders = true});
  const RunEnd end = w.run();
  ASSERT_TRUE(end.failure) << w.story();
  EXPECT_EQ(end.failure->errc(), Errc::unsupported);
  EXPECT_FALSE(end.failure->context.empty());
}

}  // namespace
}  // namespace mapisync::test
