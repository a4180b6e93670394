#include "providers/fake/fault_plan.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "providers/fake/fake_state.h"
#include "providers/fake/id_set.h"
#include "providers/fake/profile_fields.h"
#include "providers/fake/words.h"

namespace mapisync::fake {
namespace {

// Gives every field another value, by the same list that printing uses.
struct Scramble {
  std::uint64_t seed;
  std::uint64_t next() { return seed = seed * 6364136223846793005ULL + 1442695040888963407ULL; }
  template <class E, std::size_t N>
  void named(const char*, E& field, const EnumName<E> (&names)[N]) {
    field = names[(next() >> 33U) % N].value;
  }
  template <class N>
  void number(const char*, N& field) {
    field = static_cast<N>(next() >> 40U);
  }
  void code(const char*, Errc& field) {
    constexpr Errc kSome[] = {Errc::corrupt_data, Errc::network, Errc::timeout, Errc::busy};
    field = kSome[(next() >> 33U) % 4];
  }
};

FaultPlan scrambled(std::uint64_t seed) {
  FaultPlan plan;
  Scramble scramble{seed};
  plan.seed = scramble.next();
  visit_server(plan.server, scramble);
  visit_announced(plan.server.announced, scramble);
  return plan;
}

RC_GTEST_PROP(FaultPlanText, EveryProfileParsesBackExactly, (std::uint64_t seed)) {
  const FaultPlan plan = scrambled(seed);
  const Result<FaultPlan> back = FaultPlan::parse(plan.to_string());
  RC_ASSERT(back.has_value());
  RC_ASSERT(back.value() == plan);
  RC_ASSERT(back.value().to_string() == plan.to_string());
}

RC_GTEST_PROP(FaultPlanText, NamesMayHoldAnything, (const std::string& name, std::uint16_t nth)) {
  FaultPlan plan;
  plan.damages.push_back({name, {DamageKind::abort, Errc::call_failed}});
  plan.row_faults.push_back({name, RowFault::bad_columns});
  plan.events.push_back({PortCall::table_next, nth + 1ULL, {{"delete", name}}});
  const Result<FaultPlan> back = FaultPlan::parse(plan.to_string());
  RC_ASSERT(back.has_value());
  RC_ASSERT(back.value() == plan);
}

RC_GTEST_PROP(FaultPlanText, AnythingElseIsRefusedAndNeverCrashes, (const std::string& text)) {
  const Result<FaultPlan> plan = FaultPlan::parse(text);
  if (plan) {
    RC_ASSERT(FaultPlan::parse(plan.value().to_string()).has_value());
  } else {
    RC_ASSERT(plan.error().context.rfind("line ", 0) == 0);
  }
}

TEST(FaultPlan, TheDefaultPrintsNothingAndIsExchange2010) {
  EXPECT_EQ(FaultPlan().to_string(), "");
  EXPECT_EQ(FaultPlan::parse("").value(), FaultPlan());
  EXPECT_EQ(FaultPlan::parse("profile exchange-2010").value(), FaultPlan());
  EXPECT_EQ(FaultPlan().server.buffer_bytes, 32U << 10U);
  EXPECT_EQ(FaultPlan().server.checkpoint, CheckpointMode::initial);
}

TEST(FaultPlan, EveryDirectiveParses) {
  const auto plan = FaultPlan::parse(
      "# a story\n"
      "profile calm\n"
      "\n"
      "seed 42\n"
      "server catch-up expensive   # hits the bad message\n"
      "announce selective-sync yes\n"
      "fail call 7 network\n"
      "fail synchronize 3 busy times 2 wait 1500\n"
      "damage \"a b\" abort call_failed\n"
      "row m2 no-source-key\n"
      "at table-next 2 do move m3 \"Deleted Items\"\n"
      "at call 9 do kill-server\n");
  ASSERT_TRUE(plan.has_value()) << plan.error().to_string();
  EXPECT_EQ(plan.value().seed, 42U);
  EXPECT_EQ(plan.value().server.catch_up, CatchUp::expensive);
  EXPECT_EQ(plan.value().server.announced.selective_sync, Known::yes);
  ASSERT_EQ(plan.value().failures.size(), 2U);
  EXPECT_EQ(plan.value().failures[1].wait, std::chrono::milliseconds(1500));
  EXPECT_EQ(plan.value().damages[0].message, "a b");
  ASSERT_EQ(plan.value().events.size(), 2U);
  EXPECT_EQ(plan.value().events[0].verb.words[2], "Deleted Items");
  EXPECT_TRUE(plan.value().events[1].verb.is_for_server());
  EXPECT_EQ(FaultPlan::parse(plan.value().to_string()).value(), plan.value());
}

TEST(FaultPlan, MistakesAreToldWithTheirLine) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"seed 1\nsneed 2", "line 2: unknown directive \"sneed\""},
      {"seed -1", "line 1: bad seed"},
      {"server order sideways", "bad value \"sideways\" of order"},
      {"server colour red", "unknown setting \"colour\""},
      {"server order", "something is missing"},
      {"fail synchronize 0 network", "no number from 1"},
      {"fail synchronise 1 network", "unknown operation"},
      {"fail call 1 netwerk", "unknown code"},
      {"fail call 1 network times", "needs a number"},
      {"damage m1 rust", "unknown kind of damage"},
      {"row m1 upside-down", "unknown fault of a row"},
      {"at call 1 delete m1 now", "expected \"do\""},
      {"at call 1 do delete", "something is missing"},
      {"at call 1 do explode m1", "unknown verb"},
      {"damage \"m1 abort", "a quote is never closed"},
      {"profile lotus-notes", "unknown profile"},
      {"server buffer-bytes 99999999999", "bad value"},
  };
  for (const auto& [text, why] : mistakes) {
    const auto plan = FaultPlan::parse(text);
    ASSERT_FALSE(plan.has_value()) << text;
    EXPECT_EQ(plan.error().errc(), Errc::invalid_argument);
    EXPECT_NE(plan.error().context.find(why), std::string::npos) << text << " -> " << plan.error().context;
  }
}

TEST(FaultPlan, ItsTextIsBounded) { EXPECT_FALSE(FaultPlan::parse(std::string(kPlanBytesMax + 1, '#'))); }

TEST(WorldVerb, EveryVerbParsesBack) {
  for (const char* text : {"add Inbox m1",
                           "add \"\" m1 associated read",
                           "modify m1",
                           "delete m1",
                           "soft-delete m1",
                           "return m1",
                           "move m1 \"Sent Items\"",
                           "read m1",
                           "unread m1",
                           "break m1 abort",
                           "break m1 abort call_failed new-version",
                           "break m1 hide new-version",
                           "heal m1",
                           "heal m1 new-version",
                           "hide-change-key m1",
                           "show-change-key m1",
                           "add-folder A/B",
                           "delete-folder A",
                           "restore-folder A",
                           "rename-folder A B",
                           "move-folder A B",
                           "close-folder A no_access",
                           "open-folder A",
                           "move-mailbox",
                           "move-mailbox new-mailbox new-keys",
                           "spoil-states",
                           "kill-server",
                           "restart-server",
                           "drop-sessions"}) {
    const auto verb = WorldVerb::parse(text);
    ASSERT_TRUE(verb.has_value()) << text << ": " << verb.error().to_string();
    EXPECT_EQ(verb.value().to_string(), text);
  }
  for (const char* text : {"", "fly m1", "add Inbox", "heal m1 quickly", "break m1 abort new-version call_failed",
                           "close-folder A shut", "kill-server now", "delete \"m1"}) {
    EXPECT_FALSE(WorldVerb::parse(text).has_value()) << text;
  }
}

RC_GTEST_PROP(Words, QuotedWordsComeBack, (const std::vector<std::string>& words)) {
  std::string line;
  for (const std::string& word : words) line += quote_word(word) + " ";
  RC_ASSERT(split_words(line).value() == words);
}

TEST(ServerCodes, EveryCodeHasAnHresultAndComesBackByName) {
  for (const Errc code : {Errc::corrupt_data, Errc::call_failed, Errc::network, Errc::timeout, Errc::busy,
                          Errc::session_lost, Errc::no_access, Errc::state_rejected, Errc::out_of_memory}) {
    EXPECT_NE(server_failure(code, "").raw_code, 0U) << name_of(code);
    EXPECT_EQ(server_code_by_name(name_of(code)), code);
  }
  EXPECT_EQ(server_failure(Errc::corrupt_data, "").raw_code, 0x8004011BU);
  EXPECT_FALSE(server_code_by_name("store_locked")) << "no server answers that";
}

// --- Sets and states ---

RC_GTEST_PROP(IdSetIs, ASet, (const std::vector<std::pair<bool, std::uint8_t>>& changes)) {
  IdSet set;
  std::set<std::uint64_t> plain;
  for (const auto& [add, id] : changes) {
    if (add) {
      set.add(id);
      plain.insert(id);
    } else {
      set.remove(id);
      plain.erase(id);
    }
  }
  std::set<std::uint64_t> members;
  set.for_each([&](std::uint64_t id) { members.insert(id); });
  RC_ASSERT(members == plain);
  for (std::uint64_t id = 0; id < 256; ++id) RC_ASSERT(set.contains(id) == plain.contains(id));
  std::uint64_t before = 0;
  for (const auto& [first, last] : set.ranges()) {
    RC_ASSERT(first <= last);
    RC_ASSERT(before == 0 || first > before + 1);
    before = last;
  }
}

TEST(IdSet, RangesMelt) {
  IdSet set;
  set.add_range(10, 20);
  set.add_range(30, 40);
  set.add_range(21, 29);
  EXPECT_EQ(set.range_count(), 1U);
  set.add_range(1, 100);
  EXPECT_EQ(set.range_count(), 1U);
  set.remove(50);
  EXPECT_EQ(set.range_count(), 2U);
}

RC_GTEST_PROP(FakeStateBytes, ParseBackAndRefuseDamage,
              (const std::vector<std::uint32_t>& ids, const std::string& scope, std::uint16_t where)) {
  FakeState state;
  state.scope = scope;
  for (const std::uint32_t id : ids) {
    state.given.add(id);
    state.seen.add(id / 2);
    state.read.add(id / 3);
  }
  const SyncState bytes = state.encode(StateOrigin::opaque);
  RC_ASSERT(FakeState::decode(bytes.bytes).value() == state);
  Bytes damaged = bytes.bytes;
  damaged[where % damaged.size()] = static_cast<char>(damaged[where % damaged.size()] ^ 1);
  RC_ASSERT(!FakeState::decode(damaged).has_value());
}

RC_GTEST_PROP(FakeStateBytes, NeverCrashOnAnything, (const std::string& bytes)) {
  RC_ASSERT(!FakeState::decode(bytes).has_value());
}

}  // namespace
}  // namespace mapisync::fake
