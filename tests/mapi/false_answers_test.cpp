// A server that lies: an answer that makes no sense is a failure, never the end of a table and never an absence.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/contract/recording_importer.h"
#include "tests/mapi/mapi_way.h"

namespace mapisync::mapi_test {
namespace {

class FalseAnswers : public testing::Test {
 protected:
  void SetUp() override {
    say(kFakeMapiTrue);
    buffers_ = fake_mapi_live_buffers();
    objects_ = fake_mapi_live_objects();
    for (const std::string name : {"m1", "m2"}) {
      fake::MessageSpec spec = fake::plain_message(name);
      if (name == "m1") {
        PropertyName named;
        named.set.fill(0x42);
        named.id = std::string("Reminder");
        spec.content = fake::plain_content(name, "text");
        spec.content->properties.push_back({0x80000003, named, std::int32_t{15}});
      }
      ASSERT_TRUE(box_.add_message(inbox_, std::move(spec)));
    }
    session_ = provider_->open_session().value();
    mailbox_ = session_->open_mailbox().value();
    folder_ = mailbox_->open_folder(box_.folder_record(inbox_).value().info.key).value();
  }
  void TearDown() override {
    folder_.reset();
    say(kFakeMapiTrue);
    EXPECT_EQ(fake_mapi_live_buffers(), buffers_);
    EXPECT_EQ(fake_mapi_live_objects(), objects_);
    EXPECT_EQ(runtime_->live_objects.load(), 0);
  }
  static void say(FakeMapiLie lie) {
    FakeMapiManners manners{};
    manners.lie = lie;
    fake_mapi_set_manners(&manners);
  }
  TableRow row(const std::string& name) {
    const SourceKey wanted = key(name);
    auto table = folder_->open_table(TableKind::normal, TableOrder::newest_first).value();
    const std::vector<TableRow> rows = table->next(10).value();
    for (const TableRow& listed : rows) {
      if (listed.source_key == wanted) return listed;
    }
    ADD_FAILURE() << name << " is not listed";
    return {};
  }
  SourceKey key(const std::string& name) { return box_.message_record(box_.message(name).value()).value().source_key; }
  Errc next_rows() {
    auto table = folder_->open_table(TableKind::normal, TableOrder::newest_first).value();
    auto rows = table->next(1);
    return rows ? Errc::ok : rows.error().errc();
  }

  fake::FakeMailbox box_ = fake::FakeMailbox::create(":memory:").value();
  fake::FakeFolderId inbox_ = box_.ensure_folder("Inbox").value();
  std::unique_ptr<fake::FakeProvider> server_ = fake::open_provider(box_, fake::FaultPlan::calm(), nullptr, Log());
  mapi::Runtime runtime_ = std::make_shared<mapi::MapiRuntime>(fake_memory());
  std::unique_ptr<Provider> provider_ = open_mapi_provider(*server_, runtime_);
  std::unique_ptr<Session> session_;
  std::unique_ptr<Mailbox> mailbox_;
  std::unique_ptr<Folder> folder_;
  std::int64_t buffers_{0}, objects_{0};
};

TEST_F(FalseAnswers, RowsThatCannotBeAreNoRowsAndNoEnd) {
  for (const FakeMapiLie lie : {kFakeMapiNoRowSet, kFakeMapiOneRowMore, kFakeMapiRowWithoutValues}) {
    say(lie);
    EXPECT_EQ(next_rows(), Errc::malformed) << lie;
    if (lie != kFakeMapiOneRowMore) {
      EXPECT_EQ(folder_->probe(key("m1"), {}).error().errc(), Errc::malformed) << lie;
    }
  }
}

TEST_F(FalseAnswers, ARestrictionThatIsRefusedOrIgnoredShowsNothing) {
  const TableRow m1 = row("m1"), m2 = row("m2");
  for (const FakeMapiLie lie : {kFakeMapiRestrictionRefused, kFakeMapiRestrictionIgnored}) {
    say(lie);
    EXPECT_EQ(folder_->probe(m1.source_key, m1.ref).value(), Presence::present) << lie;
    EXPECT_NE(folder_->probe(m1.source_key, {}).value(), Presence::absent) << lie;
    EXPECT_EQ(folder_->probe(SourceKey("nobody knows this key"), {}).value(), Presence::unknown) << lie;
    // The id of another message.
    EXPECT_EQ(folder_->probe(SourceKey("nobody knows this key"), m2.ref).value(), Presence::unknown) << lie;
    EXPECT_EQ(folder_->probe(m1.source_key, MessageRef("no id at all")).value(), Presence::unknown) << lie;
  }
  say(kFakeMapiRestrictionRefused);
  ASSERT_TRUE(box_.delete_message(box_.message("m1").value()));
  EXPECT_EQ(folder_->probe(m1.source_key, m1.ref).value(), Presence::absent);
}

TEST_F(FalseAnswers, FewerValuesThanAskedForAreNoValues) {
  say(kFakeMapiOneValueLess);
  EXPECT_EQ(folder_->counters().error().errc(), Errc::malformed);
  auto exporter = folder_->open_exporter().value();
  contract::RecordingImporter seen;
  ConfigOptions options;
  options.flags = sync_flag::kUnicode | sync_flag::kNormal;
  ASSERT_TRUE(exporter->config(options, seen));
  std::optional<Failure> failure;
  for (int i = 0; i < 10 && !failure; ++i) {
    auto step = exporter->synchronize(StopFlag(), std::nullopt);
    if (!step)
      failure = step.error();
    else if (step.value().done)
      break;
  }
  ASSERT_TRUE(failure);  // m1 has a named property, and its name cannot be had
  EXPECT_EQ(failure->errc(), Errc::malformed);
  EXPECT_FALSE(exporter->update_state());
}

TEST_F(FalseAnswers, ASuccessWithoutAnObjectIsAFailure) {
  const TableRow m1 = row("m1");
  say(kFakeMapiNoObject);
  EXPECT_EQ(folder_->open_exporter().error().errc(), Errc::malformed);
  EXPECT_EQ(folder_->open_table(TableKind::normal, TableOrder::newest_first).error().errc(), Errc::malformed);
  EXPECT_FALSE(folder_->probe(m1.source_key, m1.ref));
  EXPECT_EQ(folder_->probe(SourceKey(), m1.ref).value(), Presence::unknown);
}

}  // namespace
}  // namespace mapisync::mapi_test
