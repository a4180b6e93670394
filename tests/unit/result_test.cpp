#include "engine/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "engine/base/check.h"

namespace mapisync {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return fail(Errc::malformed, Scope::message, Retry::never, "odd");
  return value / 2;
}

Result<int> quarter(int value) {
  MAPISYNC_TRY(first, half(value));
  MAPISYNC_TRY(second, half(first));
  return second;
}

Result<void> check_quarter(int value) {
  MAPISYNC_TRYV(quarter(value));
  return success();
}

TEST(Result, TryPassesValuesOn) {
  ASSERT_TRUE(quarter(12));
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_TRUE(check_quarter(12));
}

TEST(Result, TryReturnsTheFirstFailureWhole) {
  const Result<int> result = quarter(6);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().errc(), Errc::malformed);
  EXPECT_EQ(result.error().scope, Scope::message);
  EXPECT_EQ(result.error().retry, Retry::never);
  EXPECT_EQ(result.error().context, "odd");
  EXPECT_FALSE(check_quarter(6));
}

TEST(Result, CarriesWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 7);
}

TEST(ResultDeathTest, ReadingTheWrongSideEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH({ static_cast<void>(half(1).value()); }, "");
}

TEST(CheckDeathTest, SaysWhatDoesNotHoldAndWhere) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const int two = 2;
  EXPECT_DEATH(MAPISYNC_CHECK(two == 3), "internal error: two == 3 does not hold .*result_test");
}

}  // namespace
}  // namespace mapisync
