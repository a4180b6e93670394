// The pure rules: strikes, waits, folder patterns, shares, grades, the remembered frontier.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/budget.h"
#include "engine/folder_filter.h"
#include "engine/grading.h"
#include "engine/isolation/frontier.h"
#include "engine/retry_policy.h"
#include "engine/totals.h"

namespace mapisync {
namespace {

class StillClock final : public Clock {
 public:
  Timestamp now() override { return Timestamp{}; }
  Duration elapsed() override { return passed; }
  void wait(Duration duration, const StopFlag& /*stop*/) override { passed += duration; }
  Duration passed{0};
};

TEST(Strikes, CorruptDataNeedsTwo) { EXPECT_EQ(strikes_needed(Errc::corrupt_data, {0, 50}, 0.05), 2U); }

// Invariant 3: p^k <= 1e-8 for the failure rate that was seen.
TEST(Strikes, NoiseRaisesTheProofThatIsAsked) {
  EXPECT_EQ(strikes_needed(Errc::call_failed, {0, 0}, 0.05), 12U);  // nothing seen: the rate may be anything
  EXPECT_EQ(strikes_needed(Errc::call_failed, {10, 0}, 0.05), 9U);
  EXPECT_EQ(strikes_needed(Errc::call_failed, {100, 0}, 0.05), 5U);
  const std::uint32_t quiet = strikes_needed(Errc::call_failed, {100'000, 0}, 0.05);
  EXPECT_EQ(quiet, 2U);
  EXPECT_EQ(strikes_needed(Errc::call_failed, {0, 1'000'000}, 0.05), 60U) << "bounded";
  const NoiseRecord noisy{800, 200};
  const std::uint32_t k = strikes_needed(Errc::call_failed, noisy, 0.05);
  EXPECT_LE(std::pow(0.2, k), 1e-8);
  EXPECT_GT(std::pow(0.2, k - 1), 1e-8);
}

TEST(Waits, GrowAndAreBounded) {
  const SyncOptions options;
  EXPECT_EQ(retry_wait(options, 1), std::chrono::hours(1));
  EXPECT_EQ(retry_wait(options, 2), std::chrono::hours(4));
  EXPECT_EQ(retry_wait(options, 100), std::chrono::hours(24 * 7));
  EXPECT_EQ(backoff(options, 1, std::chrono::milliseconds(0)), std::chrono::seconds(2));
  EXPECT_EQ(backoff(options, 3, std::chrono::milliseconds(0)), std::chrono::seconds(8));
  EXPECT_EQ(backoff(options, 60, std::chrono::milliseconds(0)), options.backoff_max);
  EXPECT_EQ(backoff(options, 1, std::chrono::minutes(9)), std::chrono::minutes(9)) << "a stated wait is obeyed";
}

TEST(FolderFilter, Patterns) {
  EXPECT_TRUE(matches_path("Inbox", "Inbox"));
  EXPECT_FALSE(matches_path("Inbox", "inbox"));
  EXPECT_TRUE(matches_path("In*", "Inbox"));
  EXPECT_FALSE(matches_path("In*", "Inbox/Sub"));
  EXPECT_TRUE(matches_path("In**", "Inbox/Sub"));
  EXPECT_TRUE(matches_path("*/202?", "Archive/2025"));
  EXPECT_TRUE(matches_path("**/x", "a/b/c/x"));
  EXPECT_FALSE(matches_path("**/x", "x"));
  EXPECT_TRUE(matches_path("a*b*c", "aXbYbZc"));
  EXPECT_FALSE(matches_path("a*b*c", "aXbYbZ"));
  EXPECT_FALSE(matches_path(std::string(200, '*') + "b", std::string(5'000, 'a'))) << "hostile patterns end soon";
}

TEST(FolderFilter, APatternCoversWhatIsBelowAndExclusionWins) {
  EXPECT_TRUE(folder_wanted("Archive/2025/May", {"Archive"}, {}));
  EXPECT_FALSE(folder_wanted("Archive/2025/May", {"Archive"}, {"Archive/2025"}));
  EXPECT_TRUE(folder_wanted("Inbox", {}, {"Archive"}));
  EXPECT_FALSE(folder_wanted("Sent", {"Inbox"}, {}));
}

TEST(Budget, AFolderGetsItsShareOfTheCalls) {
  StillClock clock;
  RunLimits limits;
  limits.calls = 10;
  Budget budget(limits, clock);
  budget.begin_share(5);
  EXPECT_EQ(budget.calls_left(), 2U);
  budget.spend_call();
  budget.spend_call();
  EXPECT_TRUE(budget.exhausted());
  budget.begin_share(1);
  EXPECT_FALSE(budget.exhausted());
  EXPECT_EQ(budget.calls_left(), 8U);
}

TEST(Budget, SecondsAndBytesEndWhatIsRunning) {
  StillClock clock;
  RunLimits limits;
  limits.time = std::chrono::seconds(5);
  limits.bytes = 100;
  Budget budget(limits, clock);
  EXPECT_FALSE(budget.must_yield());
  budget.spend_bytes(100);
  EXPECT_TRUE(budget.must_yield());
  Budget other(RunLimits{std::nullopt, std::chrono::seconds(5), std::nullopt}, clock);
  clock.passed += std::chrono::seconds(5);
  EXPECT_TRUE(other.must_yield());
}

std::vector<PendingId> ids_from(std::int64_t first, std::size_t count) {
  std::vector<PendingId> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(PendingId{first + static_cast<std::int64_t>(i)});
  return ids;
}

TEST(Frontier, SurvivesNewPendingMessagesInFront) {
  const std::vector<PlannedBatch> groups{{{{2, 3}, {8, 1}}, 4}, {{{20, 5}}, 5}};
  const Bytes bytes = encode_frontier(groups, ids_from(100, 30), SourceKey("q"));
  EXPECT_EQ(asked_through(bytes), SourceKey("q"));
  auto later = ids_from(500, 7);
  const auto old = ids_from(100, 30);
  later.insert(later.end(), old.begin(), old.end());
  const auto decoded = decode_frontier(bytes, later);
  ASSERT_EQ(decoded.size(), 2U);
  EXPECT_EQ(decoded[0].intervals, (std::vector<Interval>{{9, 3}, {15, 1}}));
  EXPECT_EQ(decoded[0].size, 4U);
  EXPECT_EQ(decoded[1].intervals, (std::vector<Interval>{{27, 5}}));
}

TEST(Frontier, DropsWhatItCannotUse) {
  for (const char* text : {"", "asked", "asked \n", "asked 7\n", "x", "1", "1-", "1-2", "1-2x", "-",
                           "9999999999999999999999-1\n", "5-3\n", "1-1,\n", "7-7\n7-7\n"}) {
    const auto decoded = decode_frontier(text, ids_from(1, 10));
    std::uint32_t total = 0;
    for (const auto& group : decoded) total += group.size;
    EXPECT_LE(total, 1U) << text;
  }
}

TEST(Tally, TransitionsMoveBothSides) {
  const RunId run{7};
  FolderTally tally(run, LedgerTotals{2, 0, 0, 0, 0, 0, 0}, UnsettledTotals{});
  LedgerRow old_copy;
  old_copy.key = SourceKey("a");
  old_copy.run = RunId{1};
  UnsettledRow pending;
  pending.row.source_key = SourceKey("a");
  tally.move({old_copy, std::nullopt}, {old_copy, pending});
  EXPECT_EQ(tally.source().unchanged, 1U);
  EXPECT_EQ(tally.source().pending, 1U);
  EXPECT_EQ(tally.mirror().stale, 1U);
  LedgerRow fresh = old_copy;
  fresh.run = run;
  tally.move({old_copy, pending}, {fresh, std::nullopt});
  EXPECT_EQ(tally.source().delivered, 1U);
  EXPECT_EQ(tally.mirror().delivered, 1U);
  EXPECT_EQ(tally.mirror().stale, 0U);
  EXPECT_TRUE(tally.agrees_with(LedgerTotals{2, 0, 0, 0, 0, 0, 0}, UnsettledTotals{}));
  EXPECT_FALSE(tally.agrees_with(LedgerTotals{3, 0, 0, 0, 0, 0, 0}, UnsettledTotals{}));
}

TEST(Grades, OneMeaningEach) {
  SyncReport report;
  EXPECT_EQ(grade_of(report, {0, 0, 0, 0}).first, Grade::in_step);
  EXPECT_EQ(grade_of(report, {0, 0, 0, 3}).first, Grade::in_step_but_known);
  EXPECT_EQ(grade_of(report, {0, 0, 1, 3}).first, Grade::new_trouble);
  EXPECT_EQ(grade_of(report, {0, 2, 1, 3}).first, Grade::incomplete);
  EXPECT_EQ(grade_of(report, {1, 2, 1, 3}).first, Grade::decision_needed);
  report.stopped = true;
  EXPECT_EQ(grade_of(report, {0, 0, 0, 0}).first, Grade::incomplete);
  report.identity_changed = true;
  EXPECT_EQ(grade_of(report, {0, 0, 0, 0}).first, Grade::decision_needed);
}

}  // namespace
}  // namespace mapisync
