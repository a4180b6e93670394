// docs/fault-plan.md names every setting with its values and its default, and no other.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "providers/fake/fault_plan.h"
#include "providers/fake/profile_fields.h"

namespace mapisync::fake {
namespace {

struct Field {
  std::vector<std::string> values;  // empty: a number or a code
  std::string usual;
};
using Fields = std::map<std::string, Field>;

struct FieldReader {
  Fields fields;
  template <class E, std::size_t N>
  void named(const char* key, const E& value, const EnumName<E> (&names)[N]) {
    Field field{{}, name_by_value(names, value)};
    for (const EnumName<E>& entry : names) field.values.emplace_back(entry.name);
    fields[key] = field;
  }
  template <class N>
  void number(const char* key, const N& value) {
    fields[key] = {{}, std::to_string(value)};
  }
  void code(const char* key, const Errc& value) { fields[key] = {{}, name_of(value)}; }
};

std::string page() {
  const std::ifstream in(MAPISYNC_FAULT_PLAN_DOC);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The cells of the four-column tables below a heading, by what stands in backticks in the first.
std::map<std::string, std::vector<std::string>> rows_below(const std::string& heading) {
  const std::string all = page();
  const std::size_t begin = all.find("\n## " + heading);
  std::istringstream section(all.substr(std::min(begin, all.size()), all.find("\n## ", begin + 1) - begin));
  std::map<std::string, std::vector<std::string>> rows;
  for (std::string line; std::getline(section, line);) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream parts(line);
    for (std::string cell; std::getline(parts, cell, '|');) cells.push_back(cell);
    if (cells.size() == 5) rows[cells[1].substr(2, cells[1].size() - 4)] = cells;
  }
  return rows;
}

void expect_documented(const Fields& fields, const std::string& heading) {
  const auto rows = rows_below(heading);
  for (const auto& [key, field] : fields) {
    const auto row = rows.find(key);
    if (row == rows.end()) {
      ADD_FAILURE() << heading << ": no row for " << key;
      continue;
    }
    for (const std::string& value : field.values) {
      EXPECT_NE(row->second[2].find("`" + value + "`"), std::string::npos) << key << " may be " << value;
    }
    EXPECT_EQ(row->second[3], " `" + field.usual + "` ") << key;
  }
  for (const auto& [key, cells] : rows) EXPECT_TRUE(fields.count(key) == 1) << heading << ": there is no " << key;
}

TEST(FaultPlanDocTest, HasEverySettingOfTheServerAndOfWhatItAnnounces) {
  const ServerProfile usual;
  FieldReader server;
  visit_server(usual, server);
  expect_documented(server.fields, "Settings");
  FieldReader announced;
  visit_announced(usual.announced, announced);
  expect_documented(announced.fields, "Announcements");
}

TEST(FaultPlanDocTest, HasEveryOperation) {
  const std::string text = page();
  for (int call = static_cast<int>(PortCall::any); call <= static_cast<int>(PortCall::writer_move); ++call) {
    const std::string name = name_of(static_cast<PortCall>(call));
    EXPECT_NE(text.find("`" + name + "`"), std::string::npos) << name;
  }
}

TEST(FaultPlanDocTest, ItsExampleParses) {
  const std::string text = page();
  const std::size_t begin = text.rfind("```\n", text.rfind("```") - 1) + 4;
  const auto plan = FaultPlan::parse(text.substr(begin, text.rfind("```") - begin));
  ASSERT_TRUE(plan.has_value()) << plan.error().context;
  EXPECT_EQ(plan.value().failures.size(), 2U);
  EXPECT_EQ(plan.value().events.size(), 2U);
}

}  // namespace
}  // namespace mapisync::fake
