// What calls and bytes cost: the estimate, the sizes, and how short a list had better be for it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <random>
#include <vector>

#include "engine/isolation/byte_weight.h"
#include "engine/isolation/call_price.h"
#include "engine/isolation/size_profile.h"

namespace mapisync {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

Duration took(double latency, double per_byte, std::uint64_t bytes) {
  return microseconds(std::llround(1e6 * (latency + per_byte * static_cast<double>(bytes))));
}

TEST(CallPrice, IsWhatItWasMadeOf) {
  PriceEstimate estimate;
  for (const std::uint64_t bytes : {0U, 75'000U, 1'000'000U, 40'000'000U}) {
    EXPECT_FALSE(estimate.price().has_value());
    estimate.observe(took(0.05, 1e-7, bytes), bytes);
  }
  ASSERT_TRUE(estimate.price().has_value());
  EXPECT_NEAR(estimate.price()->latency, 0.05, 1e-4);
  EXPECT_NEAR(estimate.price()->per_byte, 1e-7, 1e-10);
  EXPECT_NEAR(estimate.price()->bytes_per_call(), 500'000, 2'000);
}

TEST(CallPrice, SeveralCallsCountAsTheirMean) {
  PriceEstimate estimate(3);
  for (const std::uint64_t calls : {1U, 4U, 9U}) {
    const std::uint64_t each = 10'000 * calls;
    estimate.observe(took(0.05, 1e-7, each) * calls, each * calls, calls);
  }
  ASSERT_TRUE(estimate.price().has_value());
  EXPECT_NEAR(estimate.price()->latency, 0.05, 1e-4);
  estimate.observe(seconds(7), 5, 0);  // no calls: nothing is learned
  EXPECT_NEAR(estimate.price()->latency, 0.05, 1e-4);
}

TEST(CallPrice, SaysNothingOfWhatIsAllAlikeOrTakesNoTime) {
  PriceEstimate alike;
  PriceEstimate timeless;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    alike.observe(seconds(1), 1'000 + i);
    timeless.observe(Duration{0}, i * 100'000);
  }
  EXPECT_FALSE(alike.price().has_value());
  EXPECT_FALSE(timeless.price().has_value());
}

TEST(CallPrice, WhereMoreDataTakesNoLongerDataAreFree) {
  PriceEstimate estimate;
  for (std::uint64_t i = 0; i < 20; ++i) estimate.observe(seconds(40) - seconds(i), i * 100'000);
  ASSERT_TRUE(estimate.price().has_value());
  EXPECT_EQ(estimate.price()->per_byte, 0);
  EXPECT_TRUE(std::isinf(estimate.price()->bytes_per_call()));
}

TEST(CallPrice, FollowsAServerThatChanges) {
  PriceEstimate estimate;
  for (std::uint64_t i = 0; i < 40; ++i) estimate.observe(took(0.001, 1e-6, i * 10'000), i * 10'000);
  for (std::uint64_t i = 0; i < 32; ++i) estimate.observe(took(0.5, 1e-8, i * 10'000), i * 10'000);
  EXPECT_NEAR(estimate.price()->latency, 0.5, 0.01);
  EXPECT_NEAR(estimate.price()->per_byte, 1e-8, 1e-9);
}

// Median and weights hold as long as nonsense does not gather where the long lists are, which chance rarely does.
TEST(CallPrice, AFifthOfNonsenseRarelyMakesItOffByMoreThanHalf) {
  unsigned off = 0;
  std::mt19937_64 chance(1);
  constexpr unsigned kWorlds = 300;
  for (unsigned world = 0; world < kWorlds; ++world) {
    const double latency = std::array{0.001, 0.05, 0.5}[world % 3];
    const double per_byte = std::array{1e-8, 1e-7, 1e-6}[world / 3 % 3];
    PriceEstimate estimate;
    for (int i = 0; i < 32; ++i) {
      // As isolation asks: a few long lists, many short ones.
      const std::uint64_t bytes = 75'000ULL << chance() % 8;
      estimate.observe(
          i % 5 == 4 ? Duration{static_cast<std::int64_t>(chance() % 60'000'000)} : took(latency, per_byte, bytes),
          bytes);
    }
    ASSERT_TRUE(estimate.price().has_value());
    bool within = true;
    for (const double bytes : {75e3, 75e4, 75e5}) {
      const double ratio = estimate.price()->seconds(1, bytes) / (latency + per_byte * bytes);
      within = within && ratio > 0.5 && ratio < 1.5;
    }
    off += within ? 0 : 1;
  }
  EXPECT_LE(off, kWorlds / 20);
}

TEST(SizeProfile, KnowsSmallFoldersExactlyAndLargeOnesByBlocks) {
  const SizeProfile small(4, {1, 20, 300, 4'000});
  EXPECT_DOUBLE_EQ(small.bytes(0, 4), 4'321);
  EXPECT_DOUBLE_EQ(small.bytes(1, 2), 320);
  EXPECT_DOUBLE_EQ(small.bytes(3, 1), 4'000);
  std::vector<std::uint64_t> sizes;
  for (std::uint32_t i = 0; i < SizeProfile::samples_of(1'000'000); ++i) {
    sizes.push_back(SizeProfile::ordinal_of(i, 1'000'000) < 500'000 ? 10 : 1'000);
  }
  const SizeProfile large(1'000'000, sizes);
  EXPECT_NEAR(large.bytes(0, 500'000), 5e6, 1);
  EXPECT_NEAR(large.bytes(900'000, 100), 1e5, 1);
  EXPECT_EQ(SizeProfile().bytes(0, 100), 0);
  EXPECT_FALSE(SizeProfile(0, {}).known());
}

TEST(SizeProfile, ATableThatClaimsTheImpossibleIsBounded) {
  const SizeProfile profile(2, {UINT64_MAX, 1});
  EXPECT_LE(profile.bytes(0, 2), 2e12);
}

RC_GTEST_PROP(SizeProfile, SamplesLieWithinTheFolderAndApart, ()) {
  const auto candidates = *rc::gen::inRange<std::uint32_t>(1, 2'000'000'000);
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < SizeProfile::samples_of(candidates); ++i) {
    const std::uint32_t at = SizeProfile::ordinal_of(i, candidates);
    RC_ASSERT(at < candidates);
    RC_ASSERT(i == 0 || at > last);
    last = at;
  }
}

/// Mean cost, in calls, of finding the one bad message among m, for every m up to `most`; `part` takes a step.
template <class Part>
std::vector<double> costs(std::uint32_t most, Part part) {
  std::vector<double> cost(most + 1, 0);
  cost[1] = 1;
  for (std::uint32_t m = 2; m <= most; ++m) cost[m] = part(m, cost);
  return cost;
}

/// The first of these steps: sending a message takes `each` calls, and nothing is kept of a failing one.
double cost_of(std::uint32_t tested, std::uint32_t of, double each, const std::vector<double>& cost) {
  const double fails = static_cast<double>(tested) / of;
  return 1 + fails * ((tested - 1) / 2.0 * each + cost[tested]) + (1 - fails) * cost[of - tested];
}

TEST(ByteWeight, SharesAreWithinTwoPercentOfTheBestThereAre) {
  constexpr std::uint32_t kMessages = 1'000;
  for (const double each : {1e-6, 1e-4, 0.01, 0.1, 1.0, 10.0}) {
    const auto best = costs(kMessages, [&](std::uint32_t m, const std::vector<double>& cost) {
      double least = INFINITY;
      for (std::uint32_t k = 1; k <= (m + 1) / 2; ++k) least = std::min(least, cost_of(k, m, each, cost));
      return least;
    });
    const auto ours = costs(kMessages, [&](std::uint32_t m, const std::vector<double>& cost) {
      const double share = share_where_all_is_lost(m * each);
      return cost_of(std::clamp<std::uint32_t>(static_cast<std::uint32_t>(std::lround(share * m)), 1, m - 1), m, each,
                     cost);
    });
    for (const std::uint32_t m : {10U, 100U, 1'000U}) EXPECT_LE(ours[m], 1.02 * best[m]) << m << " of " << each;
  }
}

TEST(ByteWeight, IsOneHalfWhereOnlyCallsCount) {
  ByteWeight weight;
  const OrdinalSet some(0, 1'000);
  EXPECT_EQ(weight.share(some, 1'000, INFINITY), 0.5);
  weight.set(SizeProfile(2, {75'000, 75'000}), INFINITY);
  EXPECT_EQ(weight.share(some, 1'000, INFINITY), 0.5);
  weight.set(SizeProfile(), 1'000);
  EXPECT_EQ(weight.share(some, 1'000, INFINITY), 0.5);
}

TEST(ByteWeight, FallsWithWhatIsLost) {
  ByteWeight weight;
  weight.set(SizeProfile(1'000, std::vector<std::uint64_t>(256, 75'000)), 150'000);
  const OrdinalSet some(0, 1'000);
  const double all = weight.share(some, 1'000, INFINITY);
  const double buffers = weight.share(some, 1'000, 64);
  const double single = weight.share(some, 1'000, 1);
  EXPECT_LT(all, buffers);
  EXPECT_LT(buffers, single);
  EXPECT_LT(single, 0.5);
  EXPECT_LT(weight.share(some, 1'000, INFINITY), weight.share(some, 10, INFINITY));
}

// The heavy end of a folder is asked for in shorter lists than the light one.
TEST(ByteWeight, LooksAtTheSizesOfThoseItIsAskedAbout) {
  ByteWeight weight;
  std::vector<std::uint64_t> sizes(256, 1'000);
  std::fill(sizes.begin(), sizes.begin() + 128, 1'000'000);
  weight.set(SizeProfile(100'000, sizes), 500'000);
  EXPECT_LT(weight.share(OrdinalSet(0, 1'000), 1'000, INFINITY),
            weight.share(OrdinalSet(90'000, 1'000), 1'000, INFINITY));
}

}  // namespace
}  // namespace mapisync
