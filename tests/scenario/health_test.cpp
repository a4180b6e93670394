// Health after damage, in counts: once a bad message is known, a run costs what it costs without it.
//
// ctest plays folders of 600 messages; MAPISYNC_HEALTH=N in the environment plays folders of N.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using servers::Fence;

int folder_size() {
  const char* text = std::getenv("MAPISYNC_HEALTH");
  return text == nullptr ? 600 : std::max(200, std::atoi(text));
}

/// What one run asked of the server. The export of the hierarchy is among the exports.
struct Cost {
  std::uint64_t exports{0}, selective{0}, table_pages{0}, sent{0}, probes{0};
  friend bool operator==(const Cost&, const Cost&) = default;
};
void PrintTo(const Cost& cost, std::ostream* out) {
  *out << cost.exports << " exports, " << cost.selective << " of them selective, " << cost.table_pages
       << " table pages, " << cost.sent << " messages sent, " << cost.probes << " probes";
}

Cost run_and_count(World& w) {
  const fake::ServerCounts before = w.server().counts();
  w.sync();
  const fake::ServerCounts after = w.server().counts();
  return {after.exports - before.exports, after.selective_exports - before.selective_exports,
          after.table_pages - before.table_pages, after.messages_sent - before.messages_sent,
          w.report("Inbox").costs.probes};
}

enum class Deletions { yes, no };

/// Ten changes: five new messages, three or four new versions, a read mark, and perhaps a deletion.
void ten_changes(World& w, int round, Deletions deletions) {
  const auto name = [&](int n) { return "m" + std::to_string(100 + round * 10 + n); };
  w.inbox().add(5);
  for (int n = 0; n < 3; ++n) w.modify(name(n));
  if (deletions == Deletions::yes) {
    w.mark_read(name(3)).remove(name(4));
  } else {
    w.modify(name(3)).modify(name(4));
  }
}

/// The oracle looks at the end: each of its looks reads everything.
WorldSetup quiet(Fence fence) {
  WorldSetup setup;
  setup.faults = servers::fenced(fence);
  setup.silent = true;
  return setup;
}

/// No fence can be had: no catch-up that gets past the bad message, nothing else that makes a state.
bool table_is_the_checkpoint(Fence fence) { return fence == Fence::none || fence == Fence::expensive_catch_up; }

class Health : public testing::TestWithParam<Fence> {
 protected:
  /// Two mailboxes, in step; in one of them a message got a new version and is bad.
  Health() : healthy(quiet(GetParam())), damaged(quiet(GetParam())) {
    for (World* w : {&healthy, &damaged}) {
      w->inbox().add(folder_size());
      w->sync();
    }
    damaged.break_with_new_version("m50");
    for (int run = 0; run < 2; ++run) {  // the fence; the first pass after it
      for (World* w : {&healthy, &damaged}) w->sync();
    }
  }
  void ten_changes_in_both(int round, Deletions deletions) {
    for (World* w : {&healthy, &damaged}) ten_changes(*w, round, deletions);
  }
  World healthy, damaged;
};
INSTANTIATE_TEST_SUITE_P(Fences, Health, testing::ValuesIn(servers::kFences),
                         [](const auto& p) { return servers::name_of(p.param); });

TEST_P(Health, TenRunsAfterOneBadMessageCostWhatTheyCostWithoutIt) {
  const bool table_mode = table_is_the_checkpoint(GetParam());
  for (int round = 0; round < 10; ++round) {
    ten_changes_in_both(round, table_mode ? Deletions::no : Deletions::yes);
    Cost without = run_and_count(healthy);
    EXPECT_EQ(without, (Cost{2, 0, 0, table_mode ? 10U : 8U, table_mode ? 0U : 1U}));
    const Cost with = run_and_count(damaged);
    if (GetParam() == Fence::restriction) {  // the message that the state's restriction hides is asked for
      ++without.exports;
      ++without.selective;
    }
    if (table_mode) {  // one selective export instead of the pass, and the head of each table instead of its list
      ++without.selective;
      without.table_pages = with.table_pages;
      EXPECT_LE(with.table_pages, 4U);
    }
    EXPECT_EQ(with, without) << "round " << round;
  }
  EXPECT_THAT(damaged, InStepExcept("m50"));
  EXPECT_THAT(healthy, InStep());
}

// Where the table is the checkpoint, who left is seen by a whole read of it, once.
TEST_P(Health, ADeletionCostsAtMostOneTableRead) {
  ten_changes_in_both(0, Deletions::yes);
  const Cost with = run_and_count(damaged);
  const auto pages = static_cast<std::uint64_t>(folder_size()) / 500 + 6;  // and the heads of both tables before
  EXPECT_LE(with.table_pages, table_is_the_checkpoint(GetParam()) ? pages : 0U);
  EXPECT_LE(damaged.report("Inbox").costs.table_reads, 1U);
  EXPECT_LE(with.exports, 3U);
  EXPECT_EQ(with.sent, 8U);
}

// Invariants 3 and 7: judged at once at its new version, but no dearer than two single calls a run: a strike and its
// control, or two strikes and a control that was exported anyway.
TEST_P(Health, ABadMessageTouchedEveryHourCostsAFailingPassAFenceATableAndTwoSingleCalls) {
  for (const Errc code : {Errc::corrupt_data, Errc::call_failed}) {
    for (int round = 0; round < 5; ++round) {
      damaged.pass_time(std::chrono::hours(1));
      damaged.break_with_new_version("m50", {fake::DamageKind::abort, code});
      // What may be noise is repeated once, as long as nothing in the folder is known to fail with it.
      const std::uint64_t passes = code != Errc::corrupt_data && round == 0 ? 2 : 1;
      const Cost cost = run_and_count(damaged);
      const Costs& told = damaged.report("Inbox").costs;
      EXPECT_LE(told.table_reads, 1U);
      EXPECT_EQ(told.strikes, 1U);
      EXPECT_EQ(told.controls, 1U);
      EXPECT_LE(told.failing_calls, passes + 1U);
      EXPECT_LE(cost.exports, 1U + passes + 1U + 2U);  // hierarchy, pass, fence, strike and control
      EXPECT_LE(cost.selective, 2U);
      EXPECT_LE(cost.sent, 1U);  // the control
      EXPECT_THAT(damaged, Suspects(Names{"m50"}));
      EXPECT_EQ(damaged.report().grade, Grade::new_trouble);
    }
  }
  EXPECT_THAT(damaged, InStepExcept("m50"));
}

// The strikes that were put off are made good as soon as it is left alone; that is no news to anybody.
TEST_P(Health, ABadMessageThatIsNoLongerTouchedIsCondemnedInTheNextRun) {
  damaged.break_with_new_version("m50");
  damaged.sync();
  EXPECT_THAT(damaged, Suspects(Names{"m50"}));
  const Cost cost = run_and_count(damaged);
  EXPECT_EQ(cost.selective, 1U);
  EXPECT_EQ(damaged.report("Inbox").costs.strikes, 1U);
  EXPECT_THAT(damaged, Quarantines(Names{"m50"}));
  EXPECT_EQ(damaged.report().grade, Grade::in_step_but_known);
  damaged.sync();
  EXPECT_EQ(damaged.report("Inbox").costs.strikes, 0U);
}

// Other mail is its control, and brings the verdict at once.
TEST_P(Health, ABadMessageTouchedTogetherWithOtherMailCostsTwoStrikes) {
  for (int round = 0; round < 5; ++round) {
    damaged.pass_time(std::chrono::hours(1));
    damaged.break_with_new_version("m50");
    damaged.inbox().add(3);
    damaged.sync();
    const Costs& told = damaged.report("Inbox").costs;
    EXPECT_LE(told.strikes + told.controls, 2U);
    EXPECT_TRUE(damaged.copy("m" + std::to_string(folder_size() + 3 * round + 3)));
  }
  EXPECT_EQ(set_aside(damaged), Names{"m50"});
  // A restriction hides the new version behind that of other mail; it is asked for in every run instead.
  if (GetParam() != Fence::restriction) {
    EXPECT_THAT(damaged, InStepExcept("m50"));
  }
}

// Design 4.8, 4.12: isolation of a large folder is spread over runs, and new mail does not wait for its end.
TEST_P(Health, NewMailArrivesWhileALargeFolderIsIsolated) {
  World w(quiet(GetParam()));
  w.inbox().add(120);
  for (const int bad : {7, 33, 34, 81, 119}) w.break_message("m" + std::to_string(bad));
  w.options().limits.calls = 6;
  w.sync();
  int runs = 1;
  for (; runs < 60 && w.report().grade == Grade::incomplete; ++runs) {
    const std::string name = "new " + std::to_string(runs);
    w.inbox().add(name);
    w.sync();
    EXPECT_TRUE(w.copy(name)) << name;
  }
  EXPECT_GT(runs, 5);  // it was spread
  w.options().limits.calls.reset();
  w.sync();
  EXPECT_THAT(w, InStepExcept("m7", "m33", "m34", "m81", "m119"));
}

}  // namespace
}  // namespace mapisync::test
