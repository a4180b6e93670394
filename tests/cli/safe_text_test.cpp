#include "tools/mapisync/safe_text.h"

#include <gtest/gtest.h>

#include <string>

#include "tools/mapisync/json_out.h"

namespace mapisync::cli {
namespace {

TEST(ForTerminalTest, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(for_terminal("Gr\xC3\xBC\xC3\x9F"
                         "e \xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80"),
            "Gr\xC3\xBC\xC3\x9F"
            "e \xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80");
}

TEST(ForTerminalTest, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(for_terminal("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(for_terminal("line\nbreak\ttab\r"), "line\\nbreak\\ttab\\r");
  EXPECT_EQ(for_terminal(std::string("nul\0", 4)), "nul\\x00");
  EXPECT_EQ(for_terminal("c1 \xC2\x9B"
                         "31m"),
            "c1 \\x9b31m");
  EXPECT_EQ(for_terminal("\x7F"), "\\x7f");
}

TEST(ForTerminalTest, EscapesBidirectionalAndInvisibleCharacters) {
  EXPECT_EQ(for_terminal("\xE2\x80\xAE"
                         "gnp.exe"),
            "\\u{202e}gnp.exe");
  EXPECT_EQ(for_terminal("\xE2\x81\xA6"), "\\u{2066}");
  EXPECT_EQ(for_terminal("\xEF\xBB\xBF"), "\\u{feff}");
  EXPECT_EQ(for_terminal("\xE2\x80\xA8"), "\\u{2028}");
}

TEST(ForTerminalTest, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(for_terminal("\xFF\xC3"), "\\xff\\xc3");
  EXPECT_EQ(for_terminal("\xC0\x80"), "\\xc0\\x80");           // overlong
  EXPECT_EQ(for_terminal("\xED\xA0\x80"), "\\xed\\xa0\\x80");  // surrogate
}

TEST(ColumnsTest, CutAndPadByCells) {
  EXPECT_EQ(in_columns("abc", 5), "abc  ");
  EXPECT_EQ(in_columns("abcdefgh", 6), "abc...");
  EXPECT_EQ(display_width("\xE6\x97\xA5\xE6\x9C\xAC"), 4U);
  EXPECT_EQ(display_width(in_columns("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", 5)), 5U);
}

TEST(CsvTest, QuotesAndDefusesFormulas) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_field("=1+1"), "'=1+1");
  EXPECT_EQ(csv_field("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(csv_field("-2"), "'-2");
  EXPECT_EQ(csv_field("two\nlines"), "two\\nlines");
}

TEST(JsonTest, IsAlwaysValidUtf8AndHarmless) {
  EXPECT_EQ(valid_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
  const Json json{{"subject", std::string("\x1b[2J \xE2\x80\xAE \xC2\x9B bad\xFF")}};
  const std::string line = dump_line(json);
  EXPECT_EQ(for_terminal(line.substr(0, line.size() - 1)), line.substr(0, line.size() - 1));
  const Json back = Json::parse(line);
  EXPECT_EQ(back["subject"].get<std::string>(), "\x1b[2J \xE2\x80\xAE \xC2\x9B bad\xEF\xBF\xBD");
}

TEST(JsonTest, KeepsLargeNumbersExact) {
  EXPECT_EQ(number(1ULL << 52U).dump(), "4503599627370496");
  EXPECT_EQ(number(1ULL << 53U).dump(), "\"9007199254740992\"");
}

}  // namespace
}  // namespace mapisync::cli
