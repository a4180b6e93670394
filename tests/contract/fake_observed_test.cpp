// The fake plays what one real server was observed to do: one test for each row of the second table in
// providers/fake/README.md. The numbers are those of the rows.
#include "tests/contract/fake_behaviours.h"

namespace mapisync::contract {
namespace {

TEST_F(FakeBehaviours, Observed1AbortsAfterWholeMessagesAtTheSamePlaceEachTime) {
  add(6);
  say("break m3 abort call_failed");
  serve("profile prefix-server");
  for (int i = 0; i < 3; ++i) {
    const Run run = pass();
    EXPECT_EQ(run.code(), Errc::call_failed);
    EXPECT_EQ(order_of(run), (std::vector<SourceKey>{key("m6"), key("m5"), key("m4")}));
    ASSERT_EQ(run.seen.partial.size(), 1U);
    EXPECT_EQ(run.seen.partial[0].header.source_key, key("m3"));
  }
  serve("profile calm\nserver abort-after 2\nserver abort-code timeout");
  const Run counted = pass();
  EXPECT_EQ(counted.code(), Errc::timeout);
  EXPECT_EQ(counted.seen.messages.size(), 2U);
}

TEST_F(FakeBehaviours, Observed2AnEmptyPropertyListDoesNotHelp) {
  add(2);
  say("break m2 abort call_failed");
  serve("profile prefix-server");
  EXPECT_EQ(pass({}, kAll | sync_flag::kOnlySpecifiedProps).code(), Errc::call_failed);
}

TEST_F(FakeBehaviours, Observed3TheOthersExportOneByOne) {
  add(4);
  say("break m2 abort call_failed");
  serve("profile prefix-server");
  for (const char* name : {"m1", "m3", "m4"}) EXPECT_EQ(selective({name}).seen.messages.size(), 1U);
  EXPECT_EQ(selective({"m2"}).code(), Errc::call_failed);
}

TEST_F(FakeBehaviours, Observed4And5SilentLossIsSuccessAndTheStateSaysSeen) {
  add(3);
  say("break m2 hide");
  serve("profile calm");
  const Run run = pass();
  EXPECT_TRUE(run.ok());
  EXPECT_EQ(run.seen.distinct().size(), 2U);
  EXPECT_TRUE(pass(run.state).seen.order.empty());
  EXPECT_EQ(rows().size(), 3U) << "the table is the witness";
  EXPECT_EQ(way_.folder->probe(key("m2"), {}).value(), Presence::present);
}

TEST_F(FakeBehaviours, Observed4MayBeReportedAsADeletion) {
  add(2);
  serve("profile calm");
  const SyncState state = pass().state;
  const auto before = way_.folder->counters().value();
  say("break m1 hide-as-deleted");
  const Run run = pass(state);
  EXPECT_TRUE(run.seen.has_deleted(key("m1")));
  EXPECT_TRUE(way_.folder->counters().value().proves_unchanged_since(before));
  const SourceKey gone = key("m1");
  say("delete m1");
  EXPECT_FALSE(pass(run.state).seen.has_deleted(gone)) << "the server believes that the client does not have it";
}

TEST_F(FakeBehaviours, Observed6APlaceholderStandsForTheValue) {
  ASSERT_TRUE(box_.add_message(inbox_,
                               [] {
                                 MessageSpec spec = plain_message("m1");
                                 spec.content = plain_content("m1", std::string(1000, 'b'));
                                 return spec;
                               }())
                  .has_value());
  say("break m1 placeholder");
  serve("profile calm");
  const Run run = pass();
  ASSERT_EQ(run.seen.messages.size(), 1U);
  EXPECT_EQ(text_or_empty(run.seen.messages[0].content.properties, pr::kBody).substr(0, 5), "[CID=");
}

TEST_F(FakeBehaviours, Observed7AValueIsSilentlyShortened) {
  add(1, 1000);
  say("break m1 truncate");
  serve("profile calm");
  const Run run = pass();
  ASSERT_EQ(run.seen.messages.size(), 1U);
  EXPECT_EQ(text_or_empty(run.seen.messages[0].content.properties, pr::kBody).size(), 500U);
  EXPECT_GT(*run.seen.messages[0].header.size, 1000U);
}

TEST_F(FakeBehaviours, Observed8TheServerDiesAtTheMessageEveryTime) {
  add(3);
  say("break m2 server-death");
  serve("profile calm");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(pass().code(), Errc::network);
    EXPECT_EQ(way_.folder->counters().error().errc(), Errc::network);
    EXPECT_EQ(provider_->open_session().error().errc(), Errc::network);
    provider_->restart_server();
    EXPECT_EQ(way_.folder->counters().error().errc(), Errc::session_lost) << "the old session died with it";
    connect();
  }
  say("heal m2");
  EXPECT_TRUE(pass().ok());
  say("break m2 server-death");
  serve("profile calm\nserver revives-after 3");
  EXPECT_EQ(pass().code(), Errc::network);
  int refused = 0;
  while (!provider_->open_session()) ASSERT_LT(++refused, 10);
  EXPECT_GT(refused, 0);
}

TEST_F(FakeBehaviours, ObservedRecoverModeIsAcceptedAndChangesNothing) {
  add(2);
  say("break m1 abort call_failed");
  serve("profile prefix-server");
  const Run run = pass({}, kAll | sync_flag::kFxRecoverMode);
  EXPECT_EQ(run.code(), Errc::call_failed);
  EXPECT_TRUE(run.seen.errors.empty());
}

TEST_F(FakeBehaviours, ObservedACraftedStateNeedsIdAndNumber) {
  add(2);
  say("break m1 abort");
  serve("profile prefix-server");
  auto composer = take(way_.folder->compose_state());
  ASSERT_TRUE(composer->add(rows()));
  const SyncState state = take(composer->finish());
  EXPECT_TRUE(pass(state).seen.order.empty());
}

TEST_F(FakeBehaviours, ObservedDroppedMailLeavesGivenSilentlyAndComesBackWhenHealed) {
  add(2);
  serve("profile prefix-server");
  const SyncState state = pass().state;
  say("break m1 hide");
  const Run dropped = pass(state);
  EXPECT_TRUE(dropped.seen.order.empty());
  say("heal m1");
  EXPECT_EQ(pass(dropped.state).seen.distinct(), std::set<SourceKey>{key("m1")});
  say("break m1 hide");
  const SyncState again = pass(state).state;
  const SourceKey gone = key("m1");
  say("delete m1");
  EXPECT_FALSE(pass(again).seen.has_deleted(gone));
}

}  // namespace
}  // namespace mapisync::contract
