#include "engine/base/log.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace mapisync {
namespace {

using Lines = std::vector<std::pair<Level, std::string>>;

Log collecting(Lines& lines, Level level) {
  return Log::to_receiver([&lines](Level at, std::string_view line) { lines.emplace_back(at, line); }, level);
}

TEST(Log, DefaultIsSilent) {
  const Log log;
  EXPECT_FALSE(log.enabled(Level::error));
  log.error("nobody hears this");
}

TEST(Log, LevelIsALowerBound) {
  Lines lines;
  const Log log = collecting(lines, Level::info);
  EXPECT_FALSE(log.enabled(Level::debug));
  EXPECT_TRUE(log.enabled(Level::warn));
  log.debug("no");
  log.info("one");
  log.warn("two");
  log.error("three");
  EXPECT_EQ(lines, (Lines{{Level::info, "one"}, {Level::warn, "two"}, {Level::error, "three"}}));
}

// Text from a server may look like a format string.
TEST(Log, LinesAreNotFormatStrings) {
  Lines lines;
  collecting(lines, Level::trace).info("{} %s {0}");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].second, "{} %s {0}");
}

TEST(Log, CopiesShareTheReceiver) {
  Lines lines;
  const Log log = collecting(lines, Level::warn);
  const Log copy = log;  // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
  copy.warn("one");
  log.warn("two");
  EXPECT_EQ(lines.size(), 2U);
}

TEST(Log, StandardErrorCarriesTimeAndLevel) {
  testing::internal::CaptureStderr();
  const Log log = Log::to_stderr(Level::info, false);
  log.warn("a line");
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("Z warning a line\n"), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << "no colour unless asked for";
}

}  // namespace
}  // namespace mapisync
