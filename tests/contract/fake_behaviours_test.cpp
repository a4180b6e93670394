// The fake plays every behaviour that is known of real servers: one test for each row of the first table in
// providers/fake/README.md. The numbers are those of the rows.
#include "tests/contract/fake_behaviours.h"

namespace mapisync::contract {
namespace {

TEST_F(FakeBehaviours, Row1FailsWithTheGivenCodeAndStaysFailed) {
  serve("profile calm");
  add(3);
  for (const char* code : {"corrupt_data", "call_failed", "too_big", "out_of_memory", "network"}) {
    say(std::string("break m2 abort ") + code);
    const Run run = pass();
    ASSERT_TRUE(run.failure);
    EXPECT_STREQ(name_of(run.failure->errc()), code);
    EXPECT_NE(run.failure->raw_code, 0U);
    EXPECT_EQ(run.seen.find(key("m2")), nullptr);
  }
}

TEST_F(FakeBehaviours, Row2LeavesAPartOfTheMessageThatFails) {
  add(1);
  say("break m1 abort");
  serve("profile calm\nserver leftover culprit");
  const Run run = pass();
  ASSERT_EQ(run.seen.partial.size(), 1U);
  EXPECT_EQ(run.seen.partial[0].header.source_key, key("m1"));
  EXPECT_FALSE(run.seen.partial[0].content.properties.empty());
  EXPECT_EQ(run.seen.partial[0].content.attachments.size(), 1U);
  serve("profile calm\nserver leftover none");
  EXPECT_TRUE(pass().seen.partial.empty());
}

TEST_F(FakeBehaviours, Row2MayLeaveAPartOfAnInnocentOne) {
  add(3);
  say("break m1 abort");  // last in the table's order
  serve("profile calm\nserver buffer-messages 10\nserver buffer-lost yes\nserver leftover first");
  const Run run = pass();
  ASSERT_EQ(run.seen.partial.size(), 1U);
  EXPECT_EQ(run.seen.partial[0].header.source_key, key("m3"));
}

TEST_F(FakeBehaviours, Row3TakesTheNeighboursInTheBufferAlong) {
  add(6, 10'000);  // three in a buffer of 32 KB
  say("break m2 abort");
  serve("server order newest\nserver duplicates-per-mille 0");
  const Run by_bytes = pass();
  EXPECT_EQ(by_bytes.seen.distinct(), (std::set<SourceKey>{key("m6"), key("m5"), key("m4")}));
  serve("server order newest\nserver duplicates-per-mille 0\nserver buffer-messages 2");
  EXPECT_EQ(pass().seen.distinct().size(), 4U);
  serve("server order newest\nserver duplicates-per-mille 0\nserver buffer-lost no");
  EXPECT_EQ(pass().seen.distinct().size(), 4U);
}

TEST_F(FakeBehaviours, Row4OrdersMessagesAsThePlanSays) {
  add(8);
  std::vector<SourceKey> oldest_first;
  for (int i = 1; i <= 8; ++i) oldest_first.push_back(key("m" + std::to_string(i)));
  const std::vector<SourceKey> newest_first(oldest_first.rbegin(), oldest_first.rend());
  serve("profile calm\nserver order insertion");
  EXPECT_EQ(order_of(pass()), oldest_first);
  for (const char* order : {"newest", "table"}) {
    serve(std::string("profile calm\nserver order ") + order);
    EXPECT_EQ(order_of(pass()), newest_first);
  }
  serve("profile calm\nserver order shuffle");
  const auto shuffled = order_of(pass());
  EXPECT_NE(shuffled, newest_first);
  EXPECT_EQ(order_of(pass()), shuffled);
  serve("profile calm\nseed 5\nserver order shuffle");
  EXPECT_NE(order_of(pass()), shuffled);
  serve("profile calm\nserver order reshuffle");
  const auto once = order_of(pass());
  EXPECT_NE(order_of(pass()), once);
}

TEST_F(FakeBehaviours, Row5SettlesAfterOrBeforeTheMessages) {
  add(2);
  serve("profile calm");
  const SyncState state = pass().state;
  say("delete m1");
  say("read m2");
  say("add Inbox m3");
  EXPECT_EQ(pass(state).seen.order, (std::vector<std::string>{"message", "deletions", "read"}));
  serve("profile calm\nserver settle-first yes");
  EXPECT_EQ(pass(state).seen.order, (std::vector<std::string>{"deletions", "read", "message"}));
}

TEST_F(FakeBehaviours, Row6KeepsTheInitialStateUntilTheEndOrALiveOne) {
  add(4);
  for (const bool live : {false, true}) {
    serve(live ? "profile calm\nserver checkpoint live" : "profile calm");
    RecordingImporter seen;
    auto exporter = take(way_.folder->open_exporter());
    ConfigOptions options;
    options.flags = kAll;
    ASSERT_TRUE(exporter->config(options, seen));
    ASSERT_TRUE(exporter->synchronize(StopFlag(), std::nullopt));
    const SyncState middle = take(exporter->update_state());
    EXPECT_EQ(middle.empty(), !live);
    exporter.reset();
    EXPECT_EQ(pass(middle).seen.distinct().size(), live ? 3U : 4U);
  }
}

TEST_F(FakeBehaviours, Row7TakesOneIdFormAndRefusesOrIgnoresTheOther) {
  add(2);
  serve("profile calm\nserver id-form source-key");
  EXPECT_EQ(selective({"m1"}, IdForm::source_key).seen.messages.size(), 1U);
  EXPECT_EQ(selective({"m1"}, IdForm::entry_id).code(), Errc::invalid_entry_id);
  serve("profile calm\nserver id-form entry-id\nserver wrong-form empty");
  EXPECT_EQ(selective({"m1"}, IdForm::entry_id).seen.messages.size(), 1U);
  const Run wrong = selective({"m1"}, IdForm::source_key);
  EXPECT_TRUE(wrong.ok());
  EXPECT_TRUE(wrong.seen.messages.empty());
}

TEST_F(FakeBehaviours, Row8ConfiguresOnceOrAgain) {
  serve("profile calm\nserver config-twice accept");
  RecordingImporter seen;
  auto exporter = take(way_.folder->open_exporter());
  EXPECT_EQ(exporter->synchronize(StopFlag(), std::nullopt).error().errc(), Errc::unconfigured);
  ConfigOptions options;
  options.flags = kAll;
  exporter = take(way_.folder->open_exporter());
  EXPECT_TRUE(exporter->config(options, seen));
  EXPECT_TRUE(exporter->config(options, seen));
}

TEST_F(FakeBehaviours, Row9TreatsRecoverModeInFourWays) {
  add(3);
  say("break m2 abort");
  const std::uint32_t flags = kAll | sync_flag::kFxRecoverMode;
  serve("profile calm");
  EXPECT_EQ(pass({}, flags).code(), Errc::unknown_flags);
  serve("profile calm\nserver recover-mode accept");
  EXPECT_EQ(pass({}, flags).code(), Errc::corrupt_data);
  serve("profile calm\nserver recover-mode skip");
  const Run skipped = pass({}, flags);
  EXPECT_TRUE(skipped.ok());
  EXPECT_EQ(skipped.seen.distinct().size(), 2U);
  EXPECT_TRUE(skipped.seen.errors.empty());
  serve("profile calm\nserver recover-mode report");
  const Run reported = pass({}, flags);
  EXPECT_TRUE(reported.ok());
  EXPECT_EQ(reported.seen.distinct().size(), 2U);
  ASSERT_EQ(reported.seen.errors.size(), 1U);
  EXPECT_EQ(reported.seen.errors[0].key, key("m2"));
  say("heal m2");  // what was named as bad is not recorded as seen
  EXPECT_EQ(pass(reported.state, flags).seen.distinct(), std::set<SourceKey>{key("m2")});
}

TEST_F(FakeBehaviours, Row10KeepsSelectiveStatesApart) {
  add(2);
  serve("profile calm");
  const SyncState state = selective({"m1"}).state;
  ASSERT_FALSE(state.empty());
  EXPECT_EQ(pass(state).code(), Errc::state_rejected);
  serve("profile calm\nserver selective-state accept");
  EXPECT_EQ(pass(state).seen.distinct(), std::set<SourceKey>{key("m2")});
}

TEST_F(FakeBehaviours, Row11CatchesUpForFreeOrAtTheBadMessage) {
  add(3);
  say("break m2 abort");
  serve("profile calm");
  const Run free = pass({}, kAll | sync_flag::kCatchUp);
  ASSERT_TRUE(free.ok());
  EXPECT_TRUE(pass(free.state).seen.order.empty());
  serve("profile calm\nserver catch-up expensive");
  EXPECT_EQ(pass({}, kAll | sync_flag::kCatchUp).code(), Errc::corrupt_data);
  serve("profile calm\nserver catch-up none");
  EXPECT_EQ(pass({}, kAll | sync_flag::kCatchUp).code(), Errc::unsupported);
}

TEST_F(FakeBehaviours, Row12FailsAtRandomOrAtAGivenCall) {
  add(3);
  serve("profile calm\nserver transient-per-mille 300\nserver transient-code network");
  int failed = 0;
  for (int i = 0; i < 50; ++i) failed += pass().ok() ? 0 : 1;
  EXPECT_GT(failed, 5);
  EXPECT_LT(failed, 50);
  serve("profile calm\nfail synchronize 2 busy wait 1500\nfail config 2 call_failed times 2");
  const Run busy = pass();
  EXPECT_EQ(busy.code(), Errc::busy);
  EXPECT_EQ(busy.failure->wait, std::chrono::milliseconds(1500));
  EXPECT_EQ(pass().code(), Errc::call_failed);
  EXPECT_EQ(pass().code(), Errc::call_failed);
  EXPECT_TRUE(pass().ok());
}

TEST_F(FakeBehaviours, Row13LeavesOutWhatWasDeletedBetweenTableAndSelectiveRun) {
  add(2);
  serve("profile calm\nat config-selective 1 do delete m2\nat synchronize 1 do delete m1");
  const Run run = selective({"m1", "m2"});
  EXPECT_TRUE(run.ok());
  EXPECT_TRUE(run.seen.messages.empty());
}

TEST_F(FakeBehaviours, Row14BringsAChangedMessageBackWithANewChangeKey) {
  add(1);
  serve("profile calm");
  const Run first = pass();
  say("modify m1");
  const Run second = pass(first.state);
  ASSERT_EQ(second.seen.messages.size(), 1U);
  EXPECT_NE(second.seen.messages[0].header.change_key, first.seen.messages[0].header.change_key);
  EXPECT_GE(second.seen.messages[0].header.predecessor_change_list.size(),
            first.seen.messages[0].header.predecessor_change_list.size());
}

TEST_F(FakeBehaviours, Row15LimitsLogonsAndObjectsAndLeaksKeepTheLogon) {
  serve("profile calm\nserver logons-max 2\nserver exporters-max 3");
  auto second = take(way_.session->open_mailbox());
  EXPECT_EQ(way_.session->open_mailbox().error().errc(), Errc::out_of_resources);
  auto leaked = take(second->open_folder(box_.folder_record(inbox_).value().info.key));
  second.reset();
  EXPECT_EQ(way_.session->open_mailbox().error().errc(), Errc::out_of_resources) << "the folder keeps the logon";
  leaked.reset();
  EXPECT_TRUE(way_.session->open_mailbox());
  std::vector<std::unique_ptr<Exporter>> exporters;
  for (int i = 0; i < 3; ++i) exporters.push_back(take(way_.folder->open_exporter()));
  EXPECT_EQ(way_.folder->open_exporter().error().errc(), Errc::out_of_resources);
  exporters.pop_back();
  EXPECT_TRUE(way_.folder->open_exporter());
}

TEST_F(FakeBehaviours, Row16NamesNeverSeenKeysAndDeliversTwice) {
  add(40);
  serve("profile calm\nserver never-seen-deletions 2\nserver duplicates-per-mille 500");
  const Run first = pass();
  EXPECT_EQ(first.seen.distinct().size(), 40U);
  EXPECT_GT(first.seen.messages.size(), 45U);
  const SourceKey gone = key("m1");
  say("delete m1");
  const Run second = pass(first.state);
  EXPECT_EQ(second.seen.deleted.size(), 3U);
  EXPECT_TRUE(second.seen.has_deleted(gone));
}

TEST_F(FakeBehaviours, Row17TellsProgressExactlyRoughlyOrNotAtAll) {
  add(4);
  serve("profile calm");
  EXPECT_EQ(pass().steps.back().progress, 4U);
  EXPECT_EQ(pass().steps.back().steps, 4U);
  serve("profile calm\nserver progress rough");
  EXPECT_NE(pass().steps.back().steps, 4U);
  serve("profile calm\nserver progress zero");
  for (const StepResult& step : pass().steps) EXPECT_EQ(step.steps + step.progress, 0U);
}

TEST_F(FakeBehaviours, Row18ASpoiledStateConfiguresDeliversSomeAndFails) {
  add(6);
  serve("profile calm");
  const SyncState state = pass().state;
  for (int i = 1; i <= 6; ++i) say("modify m" + std::to_string(i));
  say("spoil-states");
  const Run spoiled = pass(state);
  EXPECT_TRUE(spoiled.configured);
  EXPECT_EQ(spoiled.code(), Errc::call_failed);
  EXPECT_EQ(spoiled.seen.messages.size(), 2U);
  const Run anew = pass();
  EXPECT_TRUE(anew.ok());
  EXPECT_TRUE(pass(anew.state).ok()) << "later states are sound";
  serve("profile calm\nserver spoiled-states refuse");
  EXPECT_EQ(pass(state).code(), Errc::state_rejected);
  serve("profile calm\nserver refuse-states yes");
  EXPECT_EQ(pass(anew.state).code(), Errc::state_rejected);
}

}  // namespace
}  // namespace mapisync::contract
