// What every provider's exporter must do, whatever server stands behind it. The words are those of the port.
#include <gtest/gtest.h>

#include "tests/contract/exporter_contract.h"

namespace mapisync::contract {
namespace {

TEST_P(ExporterContract, AFirstPassDeliversEverythingAndReportsNoDeletion) {
  world_->add("m1");
  world_->add("m2", {.read = true});
  world_->add("f1", {.associated = true});
  const Run run = pass();
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(run.seen.distinct(), keys({"m1", "m2", "f1"}));
  EXPECT_TRUE(run.seen.deleted.empty());
  EXPECT_TRUE(run.seen.read.empty());
  EXPECT_TRUE(run.seen.find(world_->key("f1"))->header.associated);
  EXPECT_FALSE(run.seen.find(world_->key("m1"))->header.associated);
}

TEST_P(ExporterContract, ContentComesWholeWithReadFlagSearchKeyAndSubject) {
  world_->add("m1", {.read = true});
  const Run run = pass();
  const Received* m1 = run.seen.find(world_->key("m1"));
  ASSERT_NE(m1, nullptr);
  EXPECT_EQ(text_or_empty(m1->content.properties, pr::kSubject), "m1");
  const Property* flags = find_property(m1->content.properties, pr::kMessageFlags);
  ASSERT_NE(flags, nullptr);
  EXPECT_EQ(static_cast<std::uint32_t>(std::get<std::int32_t>(flags->value)) & kMessageFlagRead, kMessageFlagRead);
  EXPECT_NE(find_property(m1->content.properties, pr::kSearchKey), nullptr);
  EXPECT_FALSE(m1->header.change_key.empty());
  EXPECT_FALSE(m1->header.predecessor_change_list.empty());
}

TEST_P(ExporterContract, ALargeValueComesAsAStreamAndLosesNothing) {
  world_->add("m1", {.body = 200'000});
  const Run run = pass();
  const Received* m1 = run.seen.find(world_->key("m1"));
  ASSERT_NE(m1, nullptr);
  EXPECT_GE(m1->streams, 1U);
  EXPECT_EQ(text_or_empty(m1->content.properties, pr::kBody, 1U << 20U), std::string(200'000, 'x'));
}

TEST_P(ExporterContract, FromAStateOnlyWhatChangedSinceComes) {
  world_->add("m1");
  world_->add("m2");
  const Run first = pass();
  const Run quiet = pass(first.state.value());
  EXPECT_TRUE(quiet.seen.order.empty());
  world_->modify("m2");
  world_->add("m3");
  const Run second = pass(quiet.state.value());
  EXPECT_EQ(second.seen.distinct(), keys({"m2", "m3"}));
  EXPECT_NE(second.seen.find(world_->key("m2"))->header.change_key,
            first.seen.find(world_->key("m2"))->header.change_key);
  EXPECT_TRUE(pass(second.state.value()).seen.order.empty());
}

TEST_P(ExporterContract, ADeletionIsReportedOnceAndOnlyToWhoHadTheMessage) {
  world_->add("m1");
  world_->add("m2");
  const Run first = pass();
  const SourceKey gone = world_->key("m1");
  world_->add("m3");
  const SourceKey never_had = world_->key("m3");
  world_->remove("m1");
  world_->remove("m3");
  const Run second = pass(first.state.value());
  EXPECT_TRUE(second.seen.has_deleted(gone));
  EXPECT_FALSE(second.seen.has_deleted(never_had));
  EXPECT_FALSE(second.seen.has_deleted(world_->key("m2")));
  EXPECT_TRUE(pass(second.state.value()).seen.deleted.empty());
}

TEST_P(ExporterContract, NoDeletionsMeansNone) {
  world_->add("m1");
  const Run first = pass();
  world_->remove("m1");
  const Run second = pass(options(first.state.value(), kAll | sync_flag::kNoDeletions));
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second.seen.deleted.empty());
  EXPECT_TRUE(second.seen.soft_deleted.empty());
}

TEST_P(ExporterContract, AReadStateComesAloneAndOnlyIfAskedFor) {
  world_->add("m1");
  world_->add("m2");
  const Run first = pass();
  world_->mark_read("m1", true);
  const Run deaf = pass(options(first.state.value(), sync_flag::kNormal | sync_flag::kAssociated));
  EXPECT_TRUE(deaf.seen.order.empty());
  const Run second = pass(first.state.value());
  EXPECT_TRUE(second.seen.messages.empty());
  ASSERT_EQ(second.seen.read.size(), 1U);
  EXPECT_TRUE(second.seen.read.at(world_->key("m1")));
  EXPECT_TRUE(pass(second.state.value()).seen.order.empty());
}

TEST_P(ExporterContract, AMoveIsADeletionHereAndANewMessageThereWithTheSameSearchKey) {
  world_->add("m1");
  const Run first = pass();
  const SourceKey before = world_->key("m1");
  const Property* search = find_property(first.seen.find(before)->content.properties, pr::kSearchKey);
  world_->move_away("m1");
  EXPECT_NE(world_->key("m1"), before);
  EXPECT_TRUE(pass(first.state.value()).seen.has_deleted(before));
  way_.folder = way_.mailbox->open_folder(world_->other_folder()).value();
  const Run there = pass();
  const Received* moved = there.seen.find(world_->key("m1"));
  ASSERT_NE(moved, nullptr);
  const Property* same = find_property(moved->content.properties, pr::kSearchKey);
  EXPECT_EQ(std::get<Binary>(same->value), std::get<Binary>(search->value));
}

TEST_P(ExporterContract, TheTableNamesMessagesByTheSameKeysNativeForeignAndMovedIn) {
  world_->add("native");
  world_->add("foreign", {.foreign = true});
  world_->add("folded", {.associated = true, .foreign = true});
  const Run run = pass();
  for (const std::string name : {"native", "foreign", "folded"}) {
    const SelectiveItem row = item(name);
    const Received* message = run.seen.find(row.key);
    ASSERT_NE(message, nullptr) << name;
    if (!message->header.ref.empty()) {
      EXPECT_EQ(message->header.ref, row.ref) << name;
    }
  }
  world_->move_away("foreign");
  way_.folder = way_.mailbox->open_folder(world_->other_folder()).value();
  EXPECT_NE(pass().seen.find(item("foreign").key), nullptr);
}

TEST_P(ExporterContract, AssociatedMessagesAreChainedOnTheSameState) {
  world_->add("m1");
  world_->add("f1", {.associated = true});
  const Run normal = pass(options({}, sync_flag::kNormal | sync_flag::kReadState));
  EXPECT_EQ(normal.seen.distinct(), keys({"m1"}));
  const Run associated = pass(options(normal.state.value(), sync_flag::kAssociated));
  EXPECT_EQ(associated.seen.distinct(), keys({"f1"}));
  EXPECT_TRUE(associated.seen.deleted.empty());
  EXPECT_TRUE(pass(associated.state.value()).seen.messages.empty());
}

TEST_P(ExporterContract, AFailureIsStickyAndWithholdsDeletionsAndState) {
  world_->add("m1");
  world_->add("m2");
  const Run first = pass();
  const SourceKey gone = world_->key("m1");
  world_->remove("m1");
  world_->modify("m2");
  world_->damage("m2");
  RecordingImporter seen;
  auto exporter = way_.folder->open_exporter().value();
  ASSERT_TRUE(exporter->config(options(first.state.value()), seen));
  std::optional<Failure> failure;
  for (int i = 0; i < 100 && !failure; ++i) {
    auto step = exporter->synchronize(StopFlag(), std::nullopt);
    if (!step)
      failure = step.error();
    else
      ASSERT_FALSE(step.value().done);
  }
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->errc(), Errc::corrupt_data);
  EXPECT_EQ(seen.find(world_->key("m2")), nullptr);
  auto again = exporter->synchronize(StopFlag(), std::nullopt);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().errc(), failure->errc());
  EXPECT_FALSE(exporter->update_state());
  exporter.reset();
  world_->heal("m2");
  const Run healed = pass(first.state.value());
  EXPECT_TRUE(healed.ok());
  EXPECT_NE(healed.seen.find(world_->key("m2")), nullptr);
  EXPECT_TRUE(healed.seen.has_deleted(gone));
}

TEST_P(ExporterContract, ConfigurationIsAskedForAndHappensOnce) {
  RecordingImporter seen;
  auto exporter = way_.folder->open_exporter().value();
  EXPECT_EQ(exporter->update_state().error().errc(), Errc::unconfigured);
  exporter = way_.folder->open_exporter().value();
  EXPECT_EQ(exporter->synchronize(StopFlag(), std::nullopt).error().errc(), Errc::unconfigured);
  exporter = way_.folder->open_exporter().value();
  ASSERT_TRUE(exporter->config(options(), seen));
  EXPECT_EQ(exporter->config(options(), seen).error().errc(), Errc::unconfigured);
}

TEST_P(ExporterContract, UnknownFlagsAreRefused) {
  EXPECT_EQ(pass(options({}, kAll | sync_flag::kMsgSelective)).configured.error().errc(), Errc::unknown_flags);
  EXPECT_EQ(pass(options({}, kAll | 0x4000'0000U)).configured.error().errc(), Errc::unknown_flags);
}

TEST_P(ExporterContract, AForeignOrDamagedStateIsRejected) {
  world_->add("m1");
  SyncState state = pass().state.value();
  EXPECT_EQ(pass(SyncState{"no state", StateOrigin::opaque}).configured.error().errc(), Errc::state_rejected);
  way_.folder = way_.mailbox->open_folder(world_->other_folder()).value();
  EXPECT_EQ(pass(state).configured.error().errc(), Errc::state_rejected);
  for (std::size_t i = 0; i < state.bytes.size(); ++i) {
    SyncState damaged = state;
    damaged.bytes[i] = static_cast<char>(damaged.bytes[i] ^ 0x10);
    EXPECT_FALSE(pass(damaged).configured) << "byte " << i;
    EXPECT_FALSE(
        pass(SyncState{state.bytes.substr(0, i + 1 == state.bytes.size() ? i : i + 1), state.origin}).configured);
  }
}

TEST_P(ExporterContract, AMessageThatIsNotWantedCountsAsProcessed) {
  world_->add("m1");
  world_->add("m2");
  RecordingImporter seen;
  seen.unwanted.insert(world_->key("m1"));
  auto exporter = way_.folder->open_exporter().value();
  ASSERT_TRUE(exporter->config(options(), seen));
  Run run;
  finish(*exporter, run);
  exporter.reset();
  EXPECT_EQ(seen.distinct(), keys({"m2"}));
  EXPECT_TRUE(pass(run.state.value()).seen.order.empty());
}

TEST_P(ExporterContract, AnImporterThatFailsEndsTheExportByItsOwnCode) {
  world_->add("m1");
  RecordingImporter seen;
  seen.refuse = true;
  auto exporter = way_.folder->open_exporter().value();
  ASSERT_TRUE(exporter->config(options(), seen));
  Run run;
  finish(*exporter, run);
  ASSERT_TRUE(run.failure);
  EXPECT_EQ(run.failure->errc(), Errc::callback_failed);
}

TEST_P(ExporterContract, AStopReturnsEarlyAndNothingIsLost) {
  for (int i = 0; i < 20; ++i) world_->add("m" + std::to_string(i), {.body = 20'000});
  RecordingImporter seen;
  auto exporter = way_.folder->open_exporter().value();
  ASSERT_TRUE(exporter->config(options(), seen));
  StopFlag stop;
  stop.request();
  auto step = exporter->synchronize(stop, std::nullopt);
  ASSERT_TRUE(step);
  if (world_->truth().interruptible == Known::yes) {
    EXPECT_FALSE(step.value().done);
  }
  Run run;
  finish(*exporter, run);
  EXPECT_EQ(seen.distinct().size(), 20U);
}

TEST_P(ExporterContract, ASelectiveRunDeliversJustWhatWasAskedFor) {
  world_->add("m1");
  world_->add("m2", {.foreign = true});
  world_->add("f1", {.associated = true});
  world_->add("m3");
  const std::vector<SelectiveItem> items = {item("m2"), item("f1")};
  if (world_->truth().selective_sync != Known::yes) {
    EXPECT_EQ(selective(items, form()).configured.error().errc(), Errc::unsupported);
    return;
  }
  const Run run = selective(items, form());
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(run.seen.distinct(), keys({"m2", "f1"}));
  EXPECT_TRUE(run.seen.deleted.empty());
  EXPECT_TRUE(run.seen.read.empty());
}

TEST_P(ExporterContract, WhatIsGoneIsLeftOutOfASelectiveRunInSilence) {
  world_->add("m1");
  world_->add("m2");
  world_->add("m3");
  const std::vector<SelectiveItem> items = {item("m1"), item("m2"), item("m3")};
  world_->remove("m1");
  world_->move_away("m2");
  if (world_->truth().selective_sync != Known::yes) {
    EXPECT_EQ(selective(items, form()).configured.error().errc(), Errc::unsupported);
    return;
  }
  const Run run = selective(items, form());
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(run.seen.distinct(), keys({"m3"}));
}

TEST_P(ExporterContract, CatchUpCoversEverythingAndDeliversNothing) {
  world_->add("m1");
  world_->add("m2");
  const Run run = pass(options({}, kAll | sync_flag::kCatchUp));
  if (world_->truth().catch_up == CatchUp::none) {
    EXPECT_EQ(run.configured.error().errc(), Errc::unsupported);
    return;
  }
  ASSERT_TRUE(run.ok());
  EXPECT_TRUE(run.seen.order.empty());
  const SourceKey gone = world_->key("m1");
  world_->remove("m1");
  world_->add("m3");
  const Run next = pass(run.state.value());
  EXPECT_EQ(next.seen.distinct(), keys({"m3"}));
  EXPECT_TRUE(next.seen.has_deleted(gone));
}

TEST_P(ExporterContract, ARestrictionLeavesOutWhatItNames) {
  world_->add("m1");
  world_->add("m2");
  ConfigOptions restricted = options({}, kAll | sync_flag::kNoSoftDeletions);
  restricted.excluded = {world_->key("m1")};
  const Run run = pass(restricted);
  if (world_->truth().restriction != Known::yes) {
    EXPECT_EQ(run.configured.error().errc(), Errc::unsupported);
    return;
  }
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(run.seen.distinct(), keys({"m2"}));
  EXPECT_TRUE(run.seen.soft_deleted.empty());
}

TEST_P(ExporterContract, AComposedStateCoversExactlyTheRowsItWasGiven) {
  world_->add("m1");
  world_->add("m2");
  world_->add("f1", {.associated = true});
  auto composer = way_.folder->compose_state();
  if (world_->truth().composed_state != Known::yes) {
    ASSERT_FALSE(composer);
    EXPECT_EQ(composer.error().errc(), Errc::unsupported);
    return;
  }
  std::vector<TableRow> rows;
  for (const TableKind kind : {TableKind::normal, TableKind::associated}) {
    auto table = way_.folder->open_table(kind, TableOrder::newest_first).value();
    for (const TableRow& row : take(table->next(100))) {
      if (row.source_key != world_->key("m2")) rows.push_back(row);
    }
  }
  world_->modify("m1");  // after the rows were read: this version they do not show
  ASSERT_TRUE(composer.value()->add(rows));
  const SyncState state = composer.value()->finish().value();
  EXPECT_EQ(state.origin, StateOrigin::composed);
  EXPECT_EQ(pass(state).seen.distinct(), keys({"m1", "m2"}));
}

TEST_P(ExporterContract, AtABatchEdgeAComposedStateCoversWhatWasSaved) {
  for (int i = 0; i < 8; ++i) world_->add("m" + std::to_string(i), {.body = 20'000});
  RecordingImporter seen;
  auto exporter = way_.folder->open_exporter().value();
  ASSERT_TRUE(exporter->config(options(), seen));
  for (int i = 0; i < 4; ++i) {
    auto step = exporter->synchronize(StopFlag(), std::nullopt);
    ASSERT_TRUE(step);
    if (step.value().done) break;
  }
  if (world_->truth().composed_state != Known::yes) {  // then no state may look as if it could be committed here
    auto opaque = exporter->update_state();
    EXPECT_FALSE(opaque && opaque.value().origin == StateOrigin::composed);
    return;
  }
  if (world_->truth().interruptible != Known::yes) GTEST_SKIP() << "there are no batch edges here";
  const SyncState edge = exporter->update_state().value();
  EXPECT_EQ(edge.origin, StateOrigin::composed);
  ASSERT_FALSE(seen.messages.empty());
  ASSERT_LT(seen.distinct().size(), 8U);
  exporter.reset();
  const std::set<SourceKey> rest = pass(edge).seen.distinct();
  EXPECT_EQ(rest.size() + seen.distinct().size(), 8U);
  for (const SourceKey& key : rest) EXPECT_FALSE(seen.distinct().contains(key));
}

TEST_P(ExporterContract, OnlySpecifiedPropertiesComeWhereThatIsAskedFor) {
  world_->add("m1");
  ConfigOptions few = options({}, kAll | sync_flag::kOnlySpecifiedProps);
  few.include = {pr::kSubject};
  const Run run = pass(few);
  ASSERT_TRUE(run.ok());
  const Received* m1 = run.seen.find(world_->key("m1"));
  ASSERT_NE(m1, nullptr);
  EXPECT_NE(find_property(m1->content.properties, pr::kSubject), nullptr);
  EXPECT_EQ(find_property(m1->content.properties, pr::kBody), nullptr);
}

TEST_P(ExporterContract, AMessageThatChangesDuringARunIsNotLost) {
  for (int i = 0; i < 6; ++i) world_->add("m" + std::to_string(i), {.body = 20'000});
  RecordingImporter seen;
  auto exporter = way_.folder->open_exporter().value();
  ASSERT_TRUE(exporter->config(options(), seen));
  ASSERT_TRUE(exporter->synchronize(StopFlag(), std::nullopt));
  world_->modify("m0");
  world_->modify("m5");
  world_->add("m6");
  world_->mark_read("m1", true);
  world_->remove("m2");
  Run run;
  finish(*exporter, run);
  exporter.reset();
  ASSERT_TRUE(run.ok());
  const Run next = pass(run.state.value());
  // Whatever each of the two runs told: together they tell the folder as it is.
  std::map<SourceKey, ChangeKey> held;
  std::map<SourceKey, bool> read;
  for (const RecordingImporter* told : std::initializer_list<const RecordingImporter*>{&seen, &next.seen}) {
    for (const Received& message : told->messages) {
      held[message.header.source_key] = message.header.change_key;
      const Property* flags = find_property(message.content.properties, pr::kMessageFlags);
      read[message.header.source_key] = (std::get<std::int32_t>(flags->value) & 1) != 0;
    }
    for (const auto& [key, is_read] : told->read) read[key] = is_read;
    for (const SourceKey& key : told->deleted) held.erase(key);
  }
  auto table = way_.folder->open_table(TableKind::normal, TableOrder::newest_first).value();
  std::map<SourceKey, ChangeKey> listed;
  for (const TableRow& row : take(table->next(100))) {
    listed[row.source_key] = row.change_key;
    EXPECT_EQ(read[row.source_key], *row.read.value);
  }
  for (const auto& [key, change] : listed) EXPECT_EQ(held[key].hex(), change.hex()) << key.hex();
  for (const auto& [key, change] : held) EXPECT_TRUE(listed.contains(key)) << key.hex();
}

INSTANTIATE_TEST_SUITE_P(Worlds, ExporterContract, testing::ValuesIn(contract_worlds()),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace mapisync::contract
