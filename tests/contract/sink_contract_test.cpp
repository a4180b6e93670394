// What every sink of our own must do, in the transaction that it shares with its store.
#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <utility>

#include "tests/contract/sample_messages.h"
#include "tests/contract/store_kinds.h"

namespace mapisync::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class SinkContract : public testing::TestWithParam<StoreKind> {
 protected:
  SinkContract() : kind_(GetParam().make()) {
    auto work = begin();
    FolderRecord record;
    record.info.key = FolderKey("inbox");
    record.info.name = "Inbox";
    inbox_ = work->put_folder(record).value();
    record.info.key = FolderKey("other");
    other_ = work->put_folder(record).value();
    must(work->commit());
  }

  static void must(const Result<void>& result) { EXPECT_TRUE(result) << result.error().to_string(); }
  std::unique_ptr<UnitOfWork> begin() { return std::move(kind_->store().begin()).value(); }
  ChangeSink& sink() { return kind_->sink(); }
  SinkContext context(RunId run = RunId{1}) const { return {inbox_, run, Timestamp(Duration(1000))}; }

  /// One committed batch.
  template <class Changes>
  void batch(Changes changes) {
    auto work = begin();
    const auto coupling = sink().attach(*work);
    ASSERT_TRUE(coupling) << coupling.error().to_string();
    EXPECT_EQ(coupling.value(), SinkCoupling::shared);
    changes();
    must(sink().flush());
    must(work->commit());
  }
  void store(const DeliveredMessage& message, RunId run = RunId{1}) {
    const auto answer = sink().upsert(context(run), message);
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ(answer.value().kind, SinkAnswer::Kind::stored) << answer.value().reason;
  }
  void deliver(const DeliveredMessage& message, RunId run = RunId{1}) {
    batch([&] { store(message, run); });
  }
  HeldMessage held(const std::string& key) {
    const auto all = kind_->held();
    const auto found = all.find({inbox_, SourceKey(key)});
    EXPECT_NE(found, all.end()) << key;
    return found == all.end() ? HeldMessage{} : found->second;
  }
  /// The content of the message came back exactly as it was delivered, now and for the next process.
  void expect_kept(const DeliveredMessage& message) {
    const std::uint64_t digest = content_digest(message.content).value();
    EXPECT_EQ(held(message.header.source_key.bytes()).digest, digest);
    kind_->reopen();
    EXPECT_EQ(held(message.header.source_key.bytes()).digest, digest);
  }

  std::unique_ptr<StoreWithSink> kind_;
  FolderId inbox_{}, other_{};
};

TEST_P(SinkContract, KeepsAWholeMessage) {
  DeliveredMessage message = sample_message(std::string("\0k\xff", 3), "Grüße 👋");
  message.header.associated = true;
  message.read = true;
  message.completeness = Completeness::partial;
  deliver(message, RunId{7});
  expect_kept(message);
  const HeldMessage kept = held(message.header.source_key.bytes());
  EXPECT_EQ(kept.change_key, message.header.change_key);
  EXPECT_EQ(kept.search_key, message.search_key);
  EXPECT_TRUE(kept.associated);
  EXPECT_TRUE(kept.read);
  EXPECT_EQ(kept.completeness, Completeness::partial);
  EXPECT_EQ(kept.first_run, RunId{7});
  EXPECT_EQ(kept.last_run, RunId{7});
}

TEST_P(SinkContract, UpsertReplacesEverything) {
  DeliveredMessage first = sample_message("a", "first");
  first.content.attachments.push_back(attachment_named("old.bin", large(pattern(50'000))));
  first.read = true;
  deliver(first, RunId{1});
  DeliveredMessage second = sample_message("a", "second");
  second.content.recipients.clear();
  deliver(second, RunId{2});
  EXPECT_THAT(kind_->held(), SizeIs(1));
  expect_kept(second);
  const HeldMessage kept = held("a");
  EXPECT_EQ(kept.change_key, second.header.change_key);
  EXPECT_FALSE(kept.read);
  EXPECT_EQ(kept.first_run, RunId{1});
  EXPECT_EQ(kept.last_run, RunId{2});
}

TEST_P(SinkContract, TheSameKeyInTwoFoldersIsTwoMessages) {
  deliver(sample_message("a", "inbox"));
  batch([&] {
    SinkContext elsewhere = context();
    elsewhere.folder = other_;
    EXPECT_TRUE(sink().upsert(elsewhere, sample_message("a", "other")));
  });
  EXPECT_THAT(kind_->held(), SizeIs(2));
}

TEST_P(SinkContract, ADeletionMarksAndADeliveryRevives) {
  const DeliveredMessage message = sample_message("a");
  deliver(message);
  batch([&] {
    must(sink().set_stale(context(), SourceKey("a"), true));
    must(sink().mark_deleted(context(), SourceKey("a"), DeletionKind::soft));
    must(sink().mark_deleted(context(), SourceKey("a"), DeletionKind::hard));
    must(sink().mark_deleted(context(), SourceKey("absent"), DeletionKind::hard));
  });
  EXPECT_TRUE(held("a").deleted);
  expect_kept(message);  // the content stays
  deliver(message);
  EXPECT_FALSE(held("a").deleted);
  EXPECT_FALSE(held("a").stale);
}

TEST_P(SinkContract, ReadAndStaleAreSetAndUnknownKeysIgnored) {
  deliver(sample_message("a"));
  batch([&] {
    must(sink().set_read(context(), SourceKey("a"), true));
    must(sink().set_stale(context(), SourceKey("a"), true));
    must(sink().set_read(context(), SourceKey("absent"), true));
    must(sink().set_stale(context(), SourceKey("absent"), true));
  });
  EXPECT_TRUE(held("a").read);
  EXPECT_TRUE(held("a").stale);
  batch([&] {
    must(sink().set_read(context(), SourceKey("a"), false));
    must(sink().set_stale(context(), SourceKey("a"), false));
  });
  EXPECT_FALSE(held("a").read);
  EXPECT_FALSE(held("a").stale);
  EXPECT_THAT(kind_->held(), SizeIs(1));
}

TEST_P(SinkContract, ARenamedMessageKeepsItsContent) {
  DeliveredMessage message = sample_message("old");
  deliver(message);
  batch([&] {
    must(sink().set_stale(context(), SourceKey("old"), true));
    must(sink().rename_message(context(), SourceKey("old"), {SourceKey("new"), ChangeKey("v2"), MessageRef("r2")}));
    must(sink().rename_message(context(), SourceKey("absent"), {SourceKey("x"), ChangeKey("v"), MessageRef("r")}));
    must(sink().rename_message(context(), SourceKey("new"), {SourceKey("new"), ChangeKey("v3"), MessageRef("r3")}));
  });
  EXPECT_THAT(kind_->held(), SizeIs(1));
  EXPECT_EQ(held("new").change_key, ChangeKey("v3"));
  EXPECT_TRUE(held("new").stale);
  EXPECT_EQ(held("new").first_run, RunId{1});
  message.header.source_key = SourceKey("new");
  expect_kept(message);
}

TEST_P(SinkContract, ADeletedMessageGivesWayToARenamedOne) {
  deliver(sample_message("a", "stays"));
  deliver(sample_message("b", "was deleted"));
  batch([&] {
    must(sink().mark_deleted(context(), SourceKey("b"), DeletionKind::soft));
    must(sink().rename_message(context(), SourceKey("a"), {SourceKey("b"), ChangeKey("v"), MessageRef("r")}));
  });
  EXPECT_THAT(kind_->held(), SizeIs(2));
  EXPECT_FALSE(held("b").deleted);
  for (const auto& [key, message] : kind_->held()) {
    EXPECT_EQ(message.deleted, key.second != SourceKey("b"));
  }
}

TEST_P(SinkContract, AFolderGoesWithAllItsMessagesAndComesBack) {
  FolderInfo info;
  info.key = FolderKey("inbox");
  info.name = "Posteingang";
  batch([&] {
    must(sink().folder_changed(context(), info));
    store(sample_message("a"));
    store(sample_message("b"));
    SinkContext elsewhere = context();
    elsewhere.folder = other_;
    EXPECT_TRUE(sink().upsert(elsewhere, sample_message("a")));
  });
  EXPECT_EQ(kind_->folder_name(inbox_), "Posteingang");
  batch([&] { must(sink().folder_deleted(context())); });
  EXPECT_EQ(kind_->folder_name(inbox_), "deleted");
  const auto all = kind_->held();
  EXPECT_TRUE(all.at({inbox_, SourceKey("a")}).deleted);
  EXPECT_TRUE(all.at({inbox_, SourceKey("b")}).deleted);
  EXPECT_FALSE(all.at({other_, SourceKey("a")}).deleted);
  batch([&] { must(sink().folder_changed(context(), info)); });
  EXPECT_EQ(kind_->folder_name(inbox_), "Posteingang");
}

TEST_P(SinkContract, LargeValuesOfEverySizeComeBack) {
  constexpr std::size_t kChunk = 256 * 1024;
  int number = 0;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kChunk - 1, kChunk, kChunk + 1, 3 * kChunk + 77}) {
    DeliveredMessage message = sample_message("m" + std::to_string(++number));
    message.content.attachments.push_back(attachment_named("in memory", Binary{pattern(size, 1)}));
    message.content.attachments.push_back(attachment_named("by source", large(pattern(size, 2))));
    message.content.properties.push_back({pr::kHtml, std::nullopt, large(pattern(size, 3))});
    message.content.properties.push_back({pr::kTransportHeaders, std::nullopt, Text{std::string(size, 'h')}});
    deliver(message);
    expect_kept(message);
  }
}

TEST_P(SinkContract, EmbeddedMessagesComeBackThreeDeep) {
  MessageContent third = sample_content("third");
  third.attachments.push_back(attachment_named("deep.bin", large(pattern(20'000, 4))));
  MessageContent second = sample_content("second");
  second.attachments.push_back(attachment_named("before.txt", Binary{"before"}));
  second.attachments.push_back(attachment_with(std::move(third)));
  second.attachments.push_back(attachment_named("after.txt", Binary{"after"}));
  MessageContent first = sample_content("first");
  first.recipients.clear();
  first.attachments.push_back(attachment_with(std::move(second)));
  DeliveredMessage message = sample_message("a");
  message.content.attachments.push_back(attachment_named("top.txt", Binary{"top"}));
  message.content.attachments.push_back(attachment_with(std::move(first)));
  message.content.attachments.push_back(attachment_with(MessageContent{}));
  deliver(message);
  expect_kept(message);
}

TEST_P(SinkContract, NamedPropertiesTravelByName) {
  DeliveredMessage message = sample_message("a");
  PropertyName numbered{Guid{1, 2, 3}, std::uint32_t{0x8501}};
  PropertyName named{Guid{4}, std::string("Stichwörter\0x", 14)};
  message.content.properties.push_back({0x80120003, numbered, std::int32_t{15}});
  message.content.properties.push_back({0x8055101f, named, std::vector<std::string>{"a", "", std::string("\0", 1)}});
  message.content.properties.push_back({0x80561102, std::nullopt, std::vector<Binary>{Binary{"x"}, Binary{}}});
  deliver(message);
  expect_kept(message);
}

TEST_P(SinkContract, ABatchThatIsNotCommittedLeavesNothing) {
  deliver(sample_message("kept", "before"));
  const auto before = kind_->held();
  {
    auto work = begin();
    ASSERT_TRUE(sink().attach(*work));
    DeliveredMessage changed = sample_message("kept", "after");
    changed.content.attachments.push_back(attachment_named("x", large(pattern(600'000))));
    store(changed);
    store(sample_message("new"));
    must(sink().mark_deleted(context(), SourceKey("kept"), DeletionKind::hard));
    must(sink().folder_deleted(context()));
    must(sink().flush());
  }
  EXPECT_EQ(kind_->held(), before);
  EXPECT_NE(kind_->folder_name(inbox_), "deleted");
  kind_->reopen();
  EXPECT_EQ(kind_->held(), before);
}

TEST_P(SinkContract, SharesTheTransactionWithTheCheckpoint) {
  auto work = begin();
  ASSERT_TRUE(sink().attach(*work));
  store(sample_message("a"));
  LedgerRow row;
  row.key = SourceKey("a");
  must(work->put_ledger(inbox_, row));
  work.reset();
  EXPECT_THAT(kind_->held(), IsEmpty());
  EXPECT_EQ(kind_->store().ledger_totals(inbox_).value().normal, 0U);
}

TEST_P(SinkContract, RefusesUnitsOfWorkOfOthers) {
  const auto stranger = GetParam().make();
  auto work = std::move(stranger->store().begin()).value();
  if (std::string(GetParam().name) == "sqlite") {
    EXPECT_FALSE(sink().attach(*work));
  }
  EXPECT_FALSE(sink().upsert(context(), sample_message("a")));  // nothing attached
}

TEST_P(SinkContract, ManyMessagesInOneBatch) {
  batch([&] {
    for (int i = 0; i < 500; ++i) store(sample_message("key " + std::to_string(i), std::to_string(i)));
  });
  EXPECT_THAT(kind_->held(), SizeIs(500));
}

INSTANTIATE_TEST_SUITE_P(Sinks, SinkContract, testing::Values(memory_kind(), sqlite_kind()),
                         [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace mapisync::test
