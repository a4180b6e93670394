// What isolation is expected to cost before it begins.
#include <gtest/gtest.h>

#include <chrono>

#include "engine/isolation/forecast.h"

namespace mapisync {
namespace {

constexpr CallPrice kCallsOnly{0.05, 0};

ForecastQuestion folder_of(std::uint32_t messages, const CallPrice& price = {0.05, 1e-7}) {
  return {messages, messages * std::uint64_t{75'000}, price, IsolationMethod::automatic, 50'000'000};
}

TEST(Forecast, HasALineForOneTenAndAHundredAsFarAsThereAreSoMany) {
  EXPECT_TRUE(forecast(folder_of(0)).empty());
  EXPECT_EQ(forecast(folder_of(1)).size(), 1U);
  EXPECT_EQ(forecast(folder_of(99)).size(), 2U);
  const auto lines = forecast(folder_of(5'000));
  ASSERT_EQ(lines.size(), 3U);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].bad, 10 * lines[i - 1].bad);
    EXPECT_GT(lines[i].calls, lines[i - 1].calls);
    EXPECT_GT(lines[i].seconds, lines[i - 1].seconds);
  }
}

TEST(Forecast, AddsUp) {
  const ForecastQuestion question = folder_of(5'000);
  for (const ForecastLine& line : forecast(question)) {
    EXPECT_EQ(line.proof, line.bad);
    EXPECT_GE(line.calls, 2 * line.bad);
    EXPECT_DOUBLE_EQ(line.bytes, (5'000.0 - line.bad) * 75'000 + line.again);
    EXPECT_DOUBLE_EQ(line.seconds, 0.05 * line.calls + 1e-7 * line.bytes);
  }
}

TEST(Forecast, TheSameQuestionHasTheSameAnswer) {
  const auto once = forecast(folder_of(20'000));
  const auto twice = forecast(folder_of(20'000));
  for (std::size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(once[i].calls, twice[i].calls);
    EXPECT_EQ(once[i].bytes, twice[i].bytes);
  }
}

// In the laboratory one bad message among 100,000 takes some 20 calls, 100 of them some 1,200, where nothing is kept.
TEST(Forecast, AgreesWithTheLaboratoryWhereOnlyCallsCount) {
  const auto lines = forecast(folder_of(100'000, kCallsOnly));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NEAR(lines[0].calls - lines[0].proof, 20, 5);
  EXPECT_NEAR(lines[1].calls - lines[1].proof, 162, 20);
  EXPECT_NEAR(lines[2].calls - lines[2].proof, 1'204, 100);
  EXPECT_EQ(first_list(folder_of(100'000, kCallsOnly)).rule, ListRule::by_calls);
}

TEST(Forecast, KeepsToTheLongestList) {
  ForecastQuestion question = folder_of(10'000, kCallsOnly);
  question.list_max = 100;
  EXPECT_EQ(first_list(question).messages, 100U);
  for (const ForecastLine& line : forecast(question)) EXPECT_GE(line.calls, 100);
}

TEST(Forecast, WeighsDataWhereTheyCostMoreThanCalls) {
  const ForecastQuestion cheap_calls = folder_of(100'000, {0.001, 1e-7});
  const FirstList first = first_list(cheap_calls);
  EXPECT_EQ(first.rule, ListRule::by_time);
  EXPECT_LT(first.messages, 1'000U);
  EXPECT_NEAR(first.messages_per_call, 10'000.0 / 75'000, 1e-6);
  ForecastQuestion tenths = cheap_calls;
  tenths.method = IsolationMethod::tenths;
  EXPECT_EQ(first_list(tenths).rule, ListRule::fixed);
  const auto ours = forecast(cheap_calls);
  const auto theirs = forecast(tenths);
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_LT(ours[i].again, theirs[i].again);
}

RunRecord run_of(int lasted, std::uint64_t calls, std::uint64_t bytes) {
  RunRecord run;
  run.finished = run.started + std::chrono::seconds(lasted);
  run.calls = calls;
  run.bytes = bytes;
  return run;
}

TEST(Forecast, TakesPricesFromEarlierRuns) {
  EXPECT_FALSE(price_of_runs({}).has_value());
  EXPECT_FALSE(price_of_runs({run_of(10, 20, 0), run_of(110, 20, 1'000'000'000)}).has_value());
  RunRecord killed = run_of(5'000, 20, 0);
  killed.finished.reset();
  const auto price =
      price_of_runs({run_of(10, 20, 0), killed, run_of(110, 20, 1'000'000'000), run_of(1'010, 20, 10'000'000'000)});
  ASSERT_TRUE(price.has_value());
  EXPECT_NEAR(price->latency, 0.5, 1e-3);
  EXPECT_NEAR(price->per_byte, 1e-7, 1e-10);
}

}  // namespace
}  // namespace mapisync
