// The fake's hierarchy: states, table walk, folders that do not open, public folders, search folders.
#include <gtest/gtest.h>

#include <map>

#include "providers/fake/fake_provider.h"
#include "tests/contract/contract_world.h"

namespace mapisync::contract {
namespace {

using namespace mapisync::fake;

struct Folders : HierarchyImporter {
  std::vector<FolderInfo> changed;
  std::vector<FolderKey> deleted;
  Result<void> folder_changed(const FolderInfo& info) override {
    changed.push_back(info);
    return success();
  }
  Result<void> folders_deleted(std::span<const FolderKey> keys) override {
    deleted.insert(deleted.end(), keys.begin(), keys.end());
    return success();
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const FolderInfo& info : changed) out.push_back(info.name);
    return out;
  }
};

class Hierarchy : public testing::Test {
 protected:
  Hierarchy() : box_(FakeMailbox::create(":memory:").value()) {}
  void serve(const std::string& plan = "profile calm") {
    provider_ = open_provider(box_, FaultPlan::parse(plan).value(), nullptr, Log());
    session_ = take(provider_->open_session());
    mailbox_ = take(session_->open_mailbox());
    root_ = take(mailbox_->root("")).key;
  }
  FolderKey key(const std::string& path) { return box_.folder_record(box_.folder(path).value()).value().info.key; }

  SyncState run(Folders& seen, const SyncState& state = {}) {
    auto exporter = take(mailbox_->open_hierarchy(root_));
    EXPECT_TRUE(exporter->config(state, seen));
    for (int i = 0; i < 1000; ++i) {
      if (take(exporter->synchronize(StopFlag(), std::nullopt)).done) return take(exporter->update_state());
    }
    ADD_FAILURE() << "never ends";
    return {};
  }

  FakeMailbox box_;
  std::unique_ptr<FakeProvider> provider_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Mailbox> mailbox_;
  FolderKey root_;
};

TEST_F(Hierarchy, ParentsComeBeforeChildrenAndTheRootIsLeftOut) {
  ASSERT_TRUE(box_.ensure_folder("A/B/C"));
  ASSERT_TRUE(box_.ensure_folder("D"));
  serve();
  Folders seen;
  const SyncState state = run(seen);
  EXPECT_EQ(seen.names(), (std::vector<std::string>{"A", "D", "B", "C"}));
  EXPECT_TRUE(seen.changed[0].parent.empty());
  EXPECT_EQ(seen.changed[2].parent, key("A"));
  Folders quiet;
  run(quiet, state);
  EXPECT_TRUE(quiet.changed.empty());
  EXPECT_TRUE(quiet.deleted.empty());
}

TEST_F(Hierarchy, RenamesMovesDeletionsAndReturnsAreReported) {
  ASSERT_TRUE(box_.ensure_folder("A/B"));
  ASSERT_TRUE(box_.ensure_folder("D"));
  serve();
  Folders first;
  SyncState state = run(first);
  const FakeFolderId a = box_.folder("A").value(), b = box_.folder("A/B").value(), d = box_.folder("D").value();
  ASSERT_TRUE(box_.rename_folder(d, "E"));
  ASSERT_TRUE(box_.move_folder(b, d));
  Folders second;
  state = run(second, state);
  EXPECT_EQ(second.names(), (std::vector<std::string>{"E", "B"}));
  const FolderKey gone = key("E");
  const FolderKey below = key("E/B");
  ASSERT_TRUE(box_.delete_folder(d));
  Folders third;
  state = run(third, state);
  EXPECT_EQ(third.deleted.size(), 2U);
  EXPECT_EQ(mailbox_->open_folder(gone).error().errc(), Errc::object_deleted);
  EXPECT_EQ(mailbox_->open_folder(below).error().errc(), Errc::object_deleted);
  ASSERT_TRUE(box_.restore_folder(d));
  Folders fourth;
  run(fourth, state);
  EXPECT_EQ(fourth.names(), (std::vector<std::string>{"E", "B"}));
  EXPECT_EQ(fourth.changed[0].key, gone);
  EXPECT_EQ(box_.path_of(a).value(), "A");
}

TEST_F(Hierarchy, ARestoredFolderHasItsMessagesAndItsStates) {
  const FakeFolderId a = box_.ensure_folder("A").value();
  ASSERT_TRUE(box_.add_message(a, plain_message("m1")));
  ASSERT_TRUE(box_.delete_folder(a));
  EXPECT_EQ(box_.folder("A").error().errc(), Errc::not_found);
  ASSERT_TRUE(box_.restore_folder(a));
  EXPECT_EQ(box_.row_count(box_.folder("A").value(), false).value(), 1U);
}

TEST_F(Hierarchy, TheTableWalkListsTheSameFolders) {
  ASSERT_TRUE(box_.ensure_folder("A/B"));
  ASSERT_TRUE(box_.add_folder(FakeMailbox::kIpmSubtree, {"Found", FolderRole::none, FolderKind::search}));
  serve();
  Folders seen;
  run(seen);
  const auto table = take(mailbox_->folder_table(root_));
  ASSERT_EQ(table.size(), seen.changed.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    EXPECT_EQ(table[i].key, seen.changed[i].key);
    EXPECT_EQ(table[i].kind, table[i].name == "Found" ? FolderKind::search : FolderKind::generic);
  }
}

TEST_F(Hierarchy, ASearchFolderHasNoExporter) {
  ASSERT_TRUE(box_.add_folder(FakeMailbox::kIpmSubtree, {"Found", FolderRole::none, FolderKind::search}));
  serve();
  auto folder = take(mailbox_->open_folder(key("Found")));
  EXPECT_EQ(folder->open_exporter().error().errc(), Errc::unsupported);
}

TEST_F(Hierarchy, AFolderThatDoesNotOpenSaysWhy) {
  const FakeFolderId a = box_.ensure_folder("A").value();
  serve();
  ASSERT_TRUE(box_.set_open_error(a, Errc::no_access));
  EXPECT_EQ(mailbox_->open_folder(key("A")).error().errc(), Errc::no_access);
  ASSERT_TRUE(box_.set_open_error(a, std::nullopt));
  EXPECT_TRUE(mailbox_->open_folder(key("A")));
  EXPECT_EQ(mailbox_->open_folder(FolderKey("nobody")).error().errc(), Errc::not_found);
}

TEST_F(Hierarchy, RootsAreFoundByPath) {
  ASSERT_TRUE(box_.ensure_folder("A/B"));
  serve();
  EXPECT_EQ(take(mailbox_->root("A/B")).key, key("A/B"));
  EXPECT_TRUE(take(mailbox_->root("A")).is_root);
  EXPECT_EQ(mailbox_->root("A/C").error().errc(), Errc::not_found);
}

TEST_F(Hierarchy, PublicFoldersAreRefusedWithAMessage) {
  MailboxOptions options;
  options.public_folders = true;
  box_ = FakeMailbox::create(":memory:", options).value();
  provider_ = open_provider(box_, FaultPlan::calm(), nullptr, Log());
  session_ = take(provider_->open_session());
  mailbox_ = take(session_->open_mailbox());
  const auto root = mailbox_->root("");
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().errc(), Errc::unsupported);
  EXPECT_NE(root.error().context.find("public folders"), std::string::npos);
}

TEST_F(Hierarchy, AStateOfAnotherRootIsRejected) {
  ASSERT_TRUE(box_.ensure_folder("A/B"));
  serve();
  Folders seen;
  const SyncState state = run(seen);
  auto exporter = take(mailbox_->open_hierarchy(key("A")));
  EXPECT_EQ(exporter->config(state, seen).error().errc(), Errc::state_rejected);
}

TEST_F(Hierarchy, AFailureIsSticky) {
  ASSERT_TRUE(box_.ensure_folder("A"));
  serve("profile calm\nfail hierarchy-synchronize 1 call_failed");
  Folders seen;
  auto exporter = take(mailbox_->open_hierarchy(root_));
  ASSERT_TRUE(exporter->config({}, seen));
  EXPECT_FALSE(exporter->synchronize(StopFlag(), std::nullopt));
  EXPECT_FALSE(exporter->synchronize(StopFlag(), std::nullopt));
  EXPECT_FALSE(exporter->update_state());
  Folders again;
  run(again);
  EXPECT_EQ(again.names(), std::vector<std::string>{"A"});
}

}  // namespace
}  // namespace mapisync::contract
