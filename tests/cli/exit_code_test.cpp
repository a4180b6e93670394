#include "tools/mapisync/exit_code.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tools/mapisync/help_topics.h"

namespace mapisync::cli {
namespace {

TEST(ExitCodeTest, NumbersAreWhatScriptsDependOn) {
  EXPECT_EQ(static_cast<int>(ExitCode::ok), 0);
  EXPECT_EQ(static_cast<int>(ExitCode::in_step_but_known), 1);
  EXPECT_EQ(static_cast<int>(ExitCode::new_trouble), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::decision_needed), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::incomplete), 4);
  EXPECT_EQ(static_cast<int>(ExitCode::usage), 64);
  EXPECT_EQ(static_cast<int>(ExitCode::tempfail), 75);
  EXPECT_EQ(static_cast<int>(ExitCode::interrupted), 130);
}

TEST(ExitCodeTest, EachHasOneNameAndAPlaceInTheHelp) {
  std::set<std::string> names;
  const std::string help = exit_code_help();
  for (const ExitCodeEntry& entry : exit_codes()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_NE(help.find(std::to_string(static_cast<int>(entry.code))), std::string::npos);
    EXPECT_NE(help.find(entry.meaning), std::string::npos);
  }
}

TEST(ExitCodeTest, EveryGradeAndEveryFailureHasOne) {
  for (int grade = 0; grade <= 4; ++grade) {
    EXPECT_EQ(static_cast<int>(exit_code_of(static_cast<Grade>(grade))), grade);
  }
  for (int value = 1; value <= 90; ++value) {
    const auto code = static_cast<Errc>(value);
    if (std::string(name_of(code)) == "unknown") continue;
    const ExitCode exit = exit_code_of(code);
    EXPECT_NE(exit, ExitCode::ok) << name_of(code);
    EXPECT_STRNE(name_of(exit), "unknown");
  }
}

TEST(ExitCodeTest, LastLineNamesNumberNameAndReason) {
  EXPECT_EQ(last_line({ExitCode::new_trouble, "3 new messages in quarantine"}),
            "mapisync: exit 2 (new_trouble): 3 new messages in quarantine");
  EXPECT_EQ(last_line({ExitCode::ok, ""}), "mapisync: exit 0 (ok)");
  EXPECT_EQ(last_line({ExitCode::noinput, "no \x1b[2J"}), "mapisync: exit 66 (noinput): no \\x1b[2J");
}

}  // namespace
}  // namespace mapisync::cli
