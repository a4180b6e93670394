// The fake plays every behaviour that is known of real servers: one test for each row of the two tables in
// providers/fake/README.md. The numbers are those of the rows.
#include <gtest/gtest.h>

#include "providers/fake/fake_provider.h"
#include "tests/contract/contract_world.h"
#include "tests/contract/recording_importer.h"

namespace mapisync::contract {
namespace {

using namespace mapisync::fake;

constexpr std::uint32_t kAll =
    sync_flag::kUnicode | sync_flag::kNormal | sync_flag::kAssociated | sync_flag::kReadState;

class FakeBehaviours : public testing::Test {
 protected:
  FakeBehaviours() : box_(FakeMailbox::create(":memory:").value()), inbox_(box_.ensure_folder("Inbox").value()) {}

  void serve(const std::string& plan) {
    way_ = OpenFolder();
    provider_.reset();
    const auto parsed = FaultPlan::parse(plan);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().to_string();
    provider_ = open_provider(box_, parsed.value(), nullptr, Log());
    connect();
  }
  void connect() {
    way_ = OpenFolder();
    way_.session = take(provider_->open_session());
    way_.mailbox = take(way_.session->open_mailbox());
    way_.folder = take(way_.mailbox->open_folder(box_.folder_record(inbox_).value().info.key));
  }
  void add(int count, std::size_t body = 0) {
    for (int i = 1; i <= count; ++i) {
      MessageSpec spec = plain_message("m" + std::to_string(i));
      if (body != 0) spec.content = plain_content(spec.name, std::string(body, 'x'));
      ASSERT_TRUE(box_.add_message(inbox_, std::move(spec)).has_value());
    }
  }
  void say(const std::string& verb) {
    const auto parsed = WorldVerb::parse(verb);
    ASSERT_TRUE(parsed.has_value()) << verb;
    const auto done = apply(box_, parsed.value());
    ASSERT_TRUE(done.has_value()) << verb << ": " << done.error().to_string();
  }
  FakeMessageId id(const std::string& name) { return box_.message(name).value(); }
  SourceKey key(const std::string& name) { return box_.message_record(id(name)).value().source_key; }

  struct Run {
    RecordingImporter seen;
    Result<void> configured{success()};
    SyncState state;
    std::optional<Failure> failure;
    std::vector<StepResult> steps;
    bool ok() const { return configured && !failure; }
    Errc code() const { return failure ? failure->errc() : configured ? Errc::ok : configured.error().errc(); }
  };
  static void finish(Exporter& exporter, Run& run, int limit = 1000) {
    for (int i = 0; i < limit; ++i) {
      auto step = exporter.synchronize(StopFlag(), std::nullopt);
      if (!step) {
        run.failure = step.error();
        return;
      }
      run.steps.push_back(step.value());
      if (!step.value().done) continue;
      auto state = exporter.update_state();
      if (state) run.state = state.value();
      return;
    }
  }
  Run pass(SyncState state = {}, std::uint32_t flags = kAll, std::vector<SourceKey> excluded = {}) {
    Run run;
    auto exporter = take(way_.folder->open_exporter());
    ConfigOptions options;
    options.state = std::move(state);
    options.flags = flags;
    options.excluded = std::move(excluded);
    run.configured = exporter->config(options, run.seen);
    if (run.configured) finish(*exporter, run);
    return run;
  }
  Run selective(const std::vector<std::string>& names, IdForm form = IdForm::unknown) {
    Run run;
    std::vector<SelectiveItem> items;
    for (const auto& row : rows()) {
      for (const std::string& name : names) {
        if (row.source_key == key(name)) items.push_back({row.ref, row.source_key});
      }
    }
    auto exporter = take(way_.folder->open_exporter());
    ConfigOptions options;
    options.flags = kAll;
    options.id_form = form;
    run.configured = exporter->config_for_selective_sync(options, items, run.seen);
    if (run.configured) finish(*exporter, run);
    return run;
  }
  std::vector<TableRow> rows() {
    auto table = take(way_.folder->open_table(TableKind::normal, TableOrder::newest_first));
    return take(table->next(1000));
  }
  static std::vector<SourceKey> order_of(const Run& run) {
    std::vector<SourceKey> out;
    for (const Received& message : run.seen.messages) out.push_back(message.header.source_key);
    return out;
  }

  FakeMailbox box_;
  FakeFolderId inbox_;
  std::unique_ptr<FakeProvider> provider_;
  OpenFolder way_;
};

// --- What a fake exporter must be able to do, rows 1 to 18 ---

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

// --- What one real server was observed to do, rows in order ---

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

// --- What else a story needs ---

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
