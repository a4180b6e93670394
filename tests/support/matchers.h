// What tests say about a World. The failure text holds the differences; the history follows from PrintTo(World).
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/world.h"

namespace mapisync::test {

inline void list_lines(const std::vector<std::string>& lines, std::ostream* out) {
  if (out == nullptr) return;
  for (const std::string& line : lines) *out << "\n    " << line;
}

/// The names that are quarantined or suspected.
inline std::vector<std::string> set_aside(World& world) {
  auto names = world.names_of(UnsettledClass::quarantined);
  const auto suspected = world.names_of(UnsettledClass::suspected);
  names.insert(names.end(), suspected.begin(), suspected.end());
  std::sort(names.begin(), names.end());
  return names;
}

class InStepMatcher {
 public:
  using is_gtest_matcher = void;
  explicit InStepMatcher(std::vector<std::string> except) : except_(std::move(except)) {
    std::sort(except_.begin(), except_.end());
  }
  bool MatchAndExplain(const World& world, std::ostream* out) const {
    auto& looked_at = const_cast<World&>(world);  // looking opens tables and units of work; it changes nothing
    const auto lines = looked_at.differences();
    list_lines(lines, out);
    const auto aside = set_aside(looked_at);
    if (aside != except_ && out != nullptr) *out << "\n    set aside: " << testing::PrintToString(aside);
    const auto pending = looked_at.names_of(UnsettledClass::pending);
    if (!pending.empty() && out != nullptr) *out << "\n    pending: " << testing::PrintToString(pending);
    return lines.empty() && aside == except_ && pending.empty();
  }
  void DescribeTo(std::ostream* out) const { *out << "is in step except " << testing::PrintToString(except_); }
  void DescribeNegationTo(std::ostream* out) const {
    *out << "is not in step except " << testing::PrintToString(except_);
  }

 private:
  std::vector<std::string> except_;
};

/// Mirror, ledger and unsettled rows are what the oracle demands, and nothing waits or is set aside.
inline InStepMatcher InStep() { return InStepMatcher({}); }
/// The same, but exactly these messages are quarantined or suspected.
template <class... Names>
InStepMatcher InStepExcept(Names... names) {
  return InStepMatcher({std::string(names)...});
}

MATCHER_P(Quarantines, names, std::string("quarantines exactly ") + testing::PrintToString(names)) {
  const auto seen = const_cast<World&>(static_cast<const World&>(arg)).names_of(UnsettledClass::quarantined);
  *result_listener << "which quarantines " << testing::PrintToString(seen);
  return seen == names;
}

MATCHER_P(Suspects, names, std::string("suspects exactly ") + testing::PrintToString(names)) {
  const auto seen = const_cast<World&>(static_cast<const World&>(arg)).names_of(UnsettledClass::suspected);
  *result_listener << "which suspects " << testing::PrintToString(seen);
  return seen == names;
}

using Names = std::vector<std::string>;

}  // namespace mapisync::test
