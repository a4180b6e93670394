#include "tools/mapisync/units.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace mapisync::cli {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(DurationTest, IsReadWithItsUnit) {
  EXPECT_EQ(parse_duration("90s").value(), seconds(90));
  EXPECT_EQ(parse_duration("5m").value(), minutes(5));
  EXPECT_EQ(parse_duration("2h").value(), hours(2));
  EXPECT_EQ(parse_duration("1H30Min").value(), minutes(90));
  EXPECT_EQ(parse_duration("500ms").value(), milliseconds(500));
  EXPECT_EQ(parse_duration("1d").value(), hours(24));
}

TEST(DurationTest, SaysWhatIsRightWhenItIsWrong) {
  for (const char* wrong : {"", "5", "m", "-5m", "5 m", "5x", "0s", "99999999999999999999s", "400000d", "1.5h"}) {
    const auto parsed = parse_duration(wrong);
    ASSERT_FALSE(parsed.has_value()) << wrong;
    EXPECT_EQ(parsed.error().errc(), Errc::invalid_argument);
    EXPECT_NE(parsed.error().context.find("duration"), std::string::npos) << parsed.error().context;
  }
}

TEST(SizeTest, KnowsThousandsAnd1024s) {
  EXPECT_EQ(parse_size("65536").value(), 65'536U);
  EXPECT_EQ(parse_size("64k").value(), 64'000U);
  EXPECT_EQ(parse_size("100MB").value(), 100'000'000U);
  EXPECT_EQ(parse_size("2GiB").value(), 2ULL << 30U);
}

TEST(SizeTest, SaysWhatIsRightWhenItIsWrong) {
  for (const char* wrong : {"", "MB", "0", "-1", "1 MB", "1XB", "99999999999999TiB", "1.5G"}) {
    EXPECT_FALSE(parse_size(wrong).has_value()) << wrong;
  }
}

TEST(CountTest, IsAWholeNumberAboveZero) {
  EXPECT_EQ(parse_count("12").value(), 12U);
  for (const char* wrong : {"", "0", "-3", "1k", "1.0", "x"}) EXPECT_FALSE(parse_count(wrong).has_value()) << wrong;
}

TEST(FormatTest, ReadsWell) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1'234'567), "1,234,567");
  EXPECT_EQ(format_size(812), "812 B");
  EXPECT_EQ(format_size(3'400'000), "3.4 MB");
  EXPECT_EQ(format_duration(milliseconds(850)), "850 ms");
  EXPECT_EQ(format_duration(milliseconds(12'300)), "12.3 s");
  EXPECT_EQ(format_duration(seconds(245)), "4 min 05 s");
  EXPECT_EQ(format_duration(minutes(133)), "2 h 13 min");
  EXPECT_EQ(count_of(1, "message", "messages"), "1 message");
  EXPECT_EQ(count_of(1'000, "message", "messages"), "1,000 messages");
}

}  // namespace
}  // namespace mapisync::cli
