// Deleting and moving messages over the wire.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/mapihttp/client/emulated_mailbox.h"

namespace mapisync::mapihttp::test {
namespace {

class Writing : public testing::TestWithParam<emulator::Mode> {
 protected:
  void SetUp() override {
    box_ = fake::FakeMailbox::create(":memory:").value();
    ASSERT_TRUE(box_->add_standard_folders());
    for (const char* name : {"kept", "deleted", "moved"}) {
      ASSERT_TRUE(box_->add_message(folder("Inbox"), fake::plain_message(name)));
    }
    provider_ = fake::open_provider(*box_, emulator::plan_for(GetParam()), nullptr, Log());
    provider_->allow_writes(true);
    wire_ = std::make_unique<EmulatedMailbox>(*provider_, GetParam());
    ClientOptions options;
    options.may_write = true;
    client_ = wire_->another(std::move(options));
    session_ = client_->open_session().value();
    mailbox_ = session_->open_mailbox().value();
  }
  fake::FakeFolderId folder(const std::string& path) { return box_->ensure_folder(path).value(); }
  FolderKey key(const std::string& path) { return box_->folder_record(folder(path)).value().info.key; }
  /// Of the contents table, as the client sees it.
  std::vector<TableRow> rows(const std::string& path) {
    auto open = mailbox_->open_folder(key(path)).value();
    auto table = open->open_table(TableKind::normal, TableOrder::newest_first).value();
    return table->next(100).value();
  }
  std::vector<std::string> subjects(const std::string& path) {
    std::vector<std::string> out;
    for (const TableRow& row : rows(path)) out.push_back(row.subject.value_or({}));
    std::sort(out.begin(), out.end());
    return out;
  }
  MessageRef ref(const std::string& name) {
    for (const TableRow& row : rows("Inbox")) {
      if (row.subject.value_or({}) == name) return row.ref;
    }
    ADD_FAILURE() << name << " is not in the inbox";
    return {};
  }

  using Names = std::vector<std::string>;
  std::optional<fake::FakeMailbox> box_;
  std::unique_ptr<fake::FakeProvider> provider_;
  std::unique_ptr<EmulatedMailbox> wire_;
  std::unique_ptr<ClientProvider> client_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Mailbox> mailbox_;
};
INSTANTIATE_TEST_SUITE_P(Modes, Writing, testing::Values(emulator::Mode::exchange, emulator::Mode::gromox),
                         [](const auto& mode) {
                           return std::string(mode.param == emulator::Mode::gromox ? "gromox" : "exchange");
                         });

TEST_P(Writing, OneIsDeletedAndNoOther) {
  const auto writer = mailbox_->open_writer(key("Inbox")).value();
  const MessageRef gone = ref("deleted");
  const auto done = writer->delete_message(gone);
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(subjects("Inbox"), (Names{"kept", "moved"}));
  // A server deletes in silence what is not there.
  const auto again = writer->delete_message(gone);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().errc(), Errc::not_found);
  EXPECT_EQ(subjects("Inbox"), (Names{"kept", "moved"}));
}

TEST_P(Writing, OneIsMovedAndNoOther) {
  folder("Target");
  const auto writer = mailbox_->open_writer(key("Inbox")).value();
  const MessageRef moved = ref("moved");
  const auto done = writer->move_message(moved, key("Target"));
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(subjects("Inbox"), (Names{"deleted", "kept"}));
  EXPECT_EQ(subjects("Target"), Names{"moved"});
  const auto again = writer->move_message(moved, key("Target"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().errc(), Errc::not_found);
}

TEST_P(Writing, WhatIsNoReferenceOrNoFolderChangesNothing) {
  const auto writer = mailbox_->open_writer(key("Inbox")).value();
  EXPECT_EQ(writer->delete_message(MessageRef("nonsense")).error().errc(), Errc::invalid_entry_id);
  EXPECT_EQ(writer->move_message(ref("kept"), FolderKey("nonsense")).error().errc(), Errc::not_found);
  EXPECT_EQ(subjects("Inbox"), (Names{"deleted", "kept", "moved"}));
}

// Invariant 10.
TEST_P(Writing, ASessionForReadingHasNoWriter) {
  const auto session = wire_->provider().open_session().value();
  const auto mailbox = session->open_mailbox().value();
  EXPECT_EQ(mailbox->capabilities().writes, Known::no);
  const auto writer = mailbox->open_writer(key("Inbox"));
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().errc(), Errc::no_access);
}

TEST_P(Writing, AServerThatRefusesIsToldAsSuch) {
  provider_->allow_writes(false);
  const auto session = client_->open_session().value();
  const auto mailbox = session->open_mailbox().value();
  const auto writer = mailbox->open_writer(key("Inbox")).value();
  EXPECT_FALSE(writer->delete_message(ref("deleted")));
  EXPECT_FALSE(writer->move_message(ref("moved"), key("Deleted Items")));
  EXPECT_EQ(subjects("Inbox"), (Names{"deleted", "kept", "moved"}));
}

}  // namespace
}  // namespace mapisync::mapihttp::test
