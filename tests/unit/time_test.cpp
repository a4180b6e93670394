#include "engine/base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <string>

namespace mapisync {
namespace {

using namespace std::chrono_literals;

TEST(Time, WholeSecondsShowNoFraction) {
  EXPECT_EQ(to_iso8601(Timestamp{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_iso8601(std::chrono::sys_days(std::chrono::year(2024) / 2 / 29) + 23h + 59min + 59s),
            "2024-02-29T23:59:59Z");
}

TEST(Time, FractionsShowSixDigits) {
  EXPECT_EQ(to_iso8601(Timestamp(1us)), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(to_iso8601(Timestamp(1500ms)), "1970-01-01T00:00:01.500000Z");
}

TEST(Time, BeforeTheEpochCountsForward) {
  EXPECT_EQ(to_iso8601(Timestamp(-1us)), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_iso8601(std::chrono::sys_days(std::chrono::year(1601) / 1 / 1)), "1601-01-01T00:00:00Z");
}

// What is stored as text sorts as the times do, within the years that have four digits.
RC_GTEST_PROP(Time, TextSortsAsTime, ()) {
  const auto seconds = rc::gen::inRange<std::int64_t>(-11644473600, 253402300799);
  const Timestamp a{std::chrono::seconds(*seconds)};
  const Timestamp b{std::chrono::seconds(*seconds)};
  RC_ASSERT((a < b) == (to_iso8601(a) < to_iso8601(b)));
}

}  // namespace
}  // namespace mapisync
