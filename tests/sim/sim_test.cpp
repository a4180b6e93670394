// The simulator: that it repeats itself, that it can fail and then says so in few words, and a few histories by chance.
#include <gmock/gmock.h>

#include "tests/sim/campaign.h"
#include "tests/sim/generator.h"

namespace mapisync::sim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Invariants 1 to 12, on histories that nobody chose. .ci/run sim plays others every time.
TEST(Simulation, AFewHistories) {
  const CampaignReport report = run_campaign({.from = 1, .histories = 100});
  EXPECT_EQ(report.histories, 100U);
  for (const Failing& failing : report.failing) {
    ADD_FAILURE() << "again: mapisync-sim --seed " << failing.seed << " --shrink\n" << failing.complaint;
  }
}

TEST(Simulation, TheSameSeedIsTheSameHistory) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    ASSERT_EQ(generate(seed).to_string(), generate(seed).to_string());
    ASSERT_EQ(generate(seed).steps, generate(seed).steps);
  }
  EXPECT_NE(generate(1).to_string(), generate(2).to_string());
}

TEST(Simulation, TheSameHistoryGoesTheSameWay) {
  const Stage stage;
  const Outcome once = play(generate(7), stage);
  static_cast<void>(play(generate(8), stage));
  const Outcome again = play(generate(7), stage);
  const Outcome elsewhere = play(generate(7), Stage());
  EXPECT_FALSE(once.prints.empty());
  EXPECT_EQ(once.prints, again.prints);
  EXPECT_EQ(once.prints, elsewhere.prints);
}

std::optional<Failing> first_failing(Plant plant) {
  const CampaignReport report = run_campaign({.from = 1, .histories = 400, .plant = plant});
  return report.failing.empty() ? std::nullopt : std::optional(report.failing.front());
}

// A simulator that cannot fail proves nothing.
TEST(Simulation, FindsAMessageThatTheTargetLost) {
  const auto found = first_failing(Plant::lost_message);
  ASSERT_TRUE(found);
  const Shrunk smallest = shrink_failing(generate(found->seed), Plant::lost_message);
  EXPECT_LE(smallest.history.steps.size(), 4U) << smallest.history.to_string();
  EXPECT_THAT(smallest.history.to_string(), HasSubstr("m3"));
  EXPECT_FALSE(complaint_of(smallest.history, Plant::none)) << "it is the planted defect, and nothing else";
}

TEST(Simulation, FindsADeletionThatTheTargetForgot) {
  const auto found = first_failing(Plant::lost_deletion);
  ASSERT_TRUE(found);
  const Shrunk smallest = shrink_failing(generate(found->seed), Plant::lost_deletion);
  EXPECT_LE(smallest.history.steps.size(), 6U) << smallest.history.to_string();
}

TEST(Simulation, FindsARunThatDoesNotRepeatItself) {
  const auto found = first_failing(Plant::chance);
  ASSERT_TRUE(found);
  EXPECT_THAT(found->complaint, HasSubstr("played twice, run 3 differs"));
}

TEST(Shrinker, KeepsWhatIsNeededAndNothingElse) {
  History history = generate(11);
  while (history.steps.size() < 20) history.steps.push_back({.kind = StepKind::reopen});
  history.steps[3] = {.kind = StepKind::retry_all};
  history.steps[17] = {.kind = StepKind::sweep};
  const Shrunk smallest = shrink(history, [](const History& candidate) {
    const auto holds = [&](StepKind kind) {
      return std::any_of(candidate.steps.begin(), candidate.steps.end(), [&](const Step& s) { return s.kind == kind; });
    };
    return holds(StepKind::retry_all) && holds(StepKind::sweep);
  });
  EXPECT_EQ(smallest.history.steps.size(), 2U);
  EXPECT_EQ(smallest.history.setup.server.server, fake::ServerProfile::calm());
}

TEST(Tally, TravelsAsText) {
  Tally tally;
  tally.count("steps", "run", 3);
  tally.count("in a run", "modify");
  Tally other = Tally::parse(tally.lines() + "not a line\n");
  other.merge(tally);
  EXPECT_EQ(other.of("steps", "run"), 6U);
  EXPECT_EQ(other.of("in a run", "modify"), 2U);
}

}  // namespace
}  // namespace mapisync::sim
