// What else a story needs of the fake: sessions that are lost, calls that fail, worlds that turn, moves and copies.
#include "tests/contract/fake_behaviours.h"

namespace mapisync::contract {
namespace {

TEST_F(FakeBehaviours, SoftDeletionsComeForWhatLeftTheScopeAndForWhatARestrictionExcludes) {
  add(3);
  serve("profile calm\nserver restriction yes");
  const SyncState state = pass().state;
  say("soft-delete m1");
  const Run run = pass(state, kAll, {key("m2")});
  EXPECT_TRUE(run.seen.deleted.empty());
  EXPECT_EQ(run.seen.soft_deleted.size(), 2U);
  EXPECT_TRUE(pass(state, kAll | sync_flag::kNoSoftDeletions, {key("m2")}).seen.soft_deleted.empty());
  EXPECT_EQ(rows().size(), 2U);
  say("return m1");
  EXPECT_EQ(pass(run.state, kAll, {key("m2")}).seen.distinct(), std::set<SourceKey>{key("m1")});
}

TEST_F(FakeBehaviours, AStallNeverGetsFurther) {
  add(2);
  say("break m1 stall");
  serve("profile calm");
  const Run run = pass();
  EXPECT_FALSE(run.failure);
  EXPECT_EQ(run.steps.size(), 1000U);
  EXPECT_EQ(run.steps[500].progress, run.steps[999].progress);
  serve("profile calm\nserver interruptible no");
  EXPECT_EQ(pass().code(), Errc::timeout);
}

TEST_F(FakeBehaviours, ALostSessionTakesEverythingBelowItAlong) {
  add(1);
  serve("profile calm\nfail probe 1 session_lost");
  EXPECT_EQ(way_.folder->probe(key("m1"), {}).error().errc(), Errc::session_lost);
  EXPECT_EQ(way_.folder->counters().error().errc(), Errc::session_lost);
  EXPECT_EQ(way_.mailbox->identity().error().errc(), Errc::session_lost);
  connect();
  EXPECT_TRUE(pass().ok());
  provider_->drop_sessions();
  EXPECT_EQ(way_.folder->counters().error().errc(), Errc::session_lost);
}

TEST_F(FakeBehaviours, AnyCallCanFailOrBeWatched) {
  add(2);
  serve("profile calm");
  std::vector<PortCall> calls;
  provider_->on_call([&](std::uint64_t, PortCall call) { calls.push_back(call); });
  EXPECT_TRUE(pass().ok());
  EXPECT_GE(calls.size(), 4U);
  const std::uint64_t before = provider_->counts().calls;
  provider_->fail_call(before + 2, fail(Errc::timeout, Scope::folder, Retry::later, "swept"));
  EXPECT_EQ(pass().code(), Errc::timeout);
  EXPECT_TRUE(pass().ok());
}

TEST_F(FakeBehaviours, TheWorldTurnsInTheMiddleOfATableRead) {
  add(4);
  serve("profile calm\nserver page-rows 2\nat table-next 2 do add Inbox late");
  auto table = take(way_.folder->open_table(TableKind::normal, TableOrder::newest_first));
  std::multiset<SourceKey> listed;
  for (;;) {
    const auto page = take(table->next(100));
    if (page.empty()) break;
    EXPECT_LE(page.size(), 2U);
    for (const TableRow& row : page) listed.insert(row.source_key);
  }
  EXPECT_EQ(listed.size(), 5U);
  EXPECT_EQ(listed.count(key("late")), 0U);
}

TEST_F(FakeBehaviours, AnEventThatCannotHappenIsToldAndNotSwallowed) {
  serve("profile calm\nat counters 1 do delete nobody");
  const auto counters = way_.folder->counters();
  ASSERT_FALSE(counters);
  EXPECT_EQ(counters.error().errc(), Errc::invalid_argument);
  EXPECT_NE(counters.error().context.find("delete nobody"), std::string::npos);
}

TEST_F(FakeBehaviours, RowsLackWhatThePlanSays) {
  add(4);
  serve("profile calm\nrow m1 no-source-key\nrow m2 no-change-key\nrow m3 bad-columns\nrow m4 no-ref");
  const auto table = rows();
  EXPECT_TRUE(table[3].source_key.empty());
  EXPECT_TRUE(table[2].change_key.empty());
  EXPECT_EQ(table[1].subject.error, Errc::corrupt_data);
  EXPECT_EQ(table[1].recipients.error, Errc::corrupt_data);
  EXPECT_EQ(table[1].sent.error, Errc::corrupt_data);
  EXPECT_TRUE(table[0].ref.empty());
}

TEST_F(FakeBehaviours, CountersMayBeAbsentOrOff) {
  add(2);
  serve("profile calm\nserver counters absent");
  EXPECT_FALSE(way_.folder->counters().value().complete());
  serve("profile calm\nserver counters offset\nserver counters-offset -3");
  EXPECT_EQ(*way_.folder->counters().value().normal, -1);
}

TEST_F(FakeBehaviours, AListBeyondTheLimitIsTooBig) {
  add(3);
  serve("profile calm\nserver selective-list-max 2");
  EXPECT_EQ(selective({"m1", "m2", "m3"}).code(), Errc::too_big);
  EXPECT_TRUE(selective({"m1", "m2"}).ok());
}

TEST_F(FakeBehaviours, AMoveToAnotherDatabaseChangesIdentityAndVoidsStates) {
  add(1);
  serve("profile calm");
  const SyncState state = pass().state;
  const MailboxIdentity before = way_.mailbox->identity().value();
  say("move-mailbox");
  const MailboxIdentity after = way_.mailbox->identity().value();
  EXPECT_EQ(after.mailbox_guid, before.mailbox_guid);
  EXPECT_NE(after.mapping_signature, before.mapping_signature);
  EXPECT_EQ(pass(state).code(), Errc::state_rejected);
  const SourceKey old_key = key("m1");
  const SearchKey search = box_.message_record(id("m1")).value().search_key;
  say("move-mailbox new-mailbox new-keys");
  EXPECT_NE(key("m1"), old_key);
  EXPECT_EQ(box_.message_record(id("m1")).value().search_key, search);
  EXPECT_NE(way_.mailbox->identity().value().mailbox_guid, before.mailbox_guid);
}

TEST_F(FakeBehaviours, AMoveMayGiveNewVersionsWithoutNewContent) {
  add(1);
  const auto before = box_.message_record(id("m1")).value();
  say("move-mailbox new-versions");
  const auto after = box_.message_record(id("m1")).value();
  EXPECT_EQ(after.source_key, before.source_key);
  EXPECT_NE(after.change_key, before.change_key);
  EXPECT_EQ(after.modified, before.modified);
  EXPECT_EQ(after.size, before.size);
}

TEST_F(FakeBehaviours, ACopyIsAlikeInAllButItsKeys) {
  add(1);
  say("copy m1 twin");
  const auto original = box_.message_record(id("m1")).value();
  const auto copy = box_.message_record(id("twin")).value();
  EXPECT_NE(copy.source_key, original.source_key);
  EXPECT_NE(copy.change_key, original.change_key);
  EXPECT_EQ(copy.search_key, original.search_key);
  EXPECT_EQ(copy.delivered, original.delivered);
  EXPECT_EQ(copy.modified, original.modified);
  serve("profile calm");
  EXPECT_EQ(pass().seen.messages.size(), 2U);
}

TEST_F(FakeBehaviours, AStateOlderThanTheRetentionIsAnsweredAsThePlanSays) {
  add(4);
  serve("profile calm\nserver retention 2");
  const SyncState state = pass().state;
  say("modify m1");
  say("modify m2");
  EXPECT_TRUE(pass(state).ok()) << "as far back as the server remembers";
  say("delete m4");
  say("modify m3");
  EXPECT_EQ(pass(state).code(), Errc::state_rejected);
  serve("profile calm\nserver retention 2\nserver old-states not-found");
  EXPECT_EQ(pass(state).code(), Errc::not_found);
  serve("profile calm\nserver retention 2\nserver old-states restart");
  const Run restarted = pass(state);
  EXPECT_EQ(restarted.seen.messages.size(), 3U);
  EXPECT_TRUE(restarted.seen.deleted.empty());
  serve("profile calm\nserver retention 2\nserver old-states silent");
  const Run silent = pass(state);
  EXPECT_TRUE(silent.ok());
  EXPECT_EQ(silent.seen.messages.size(), 2U) << "m1 is forgotten";
  EXPECT_TRUE(silent.seen.deleted.empty()) << "and so is the deletion";
  EXPECT_TRUE(pass(silent.state).seen.messages.empty());
}

TEST_F(FakeBehaviours, WritingNeedsASessionThatMayWrite) {
  add(2);
  ASSERT_TRUE(box_.ensure_folder("Other"));
  serve("profile calm");
  const FolderKey inbox = box_.folder_record(inbox_).value().info.key;
  const FolderKey other = box_.folder_record(box_.folder("Other").value()).value().info.key;
  EXPECT_EQ(way_.mailbox->open_writer(inbox).error().errc(), Errc::no_access);
  provider_->allow_writes(true);
  connect();
  auto writer = take(way_.mailbox->open_writer(inbox));
  const auto table = rows();
  EXPECT_TRUE(writer->delete_message(table[0].ref));
  EXPECT_TRUE(writer->move_message(table[1].ref, other));
  EXPECT_EQ(writer->delete_message(table[1].ref).error().errc(), Errc::not_found);
  EXPECT_TRUE(rows().empty());
}

}  // namespace
}  // namespace mapisync::contract
