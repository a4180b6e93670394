// Every trace in traces/ is replayed and must end as it was recorded. To make a test of what happened in the field, put
// its trace there.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "store/memory/memory_store.h"
#include "tests/support/memory_spool.h"
#include "tests/trace/memory_trace.h"
#include "tools/mapisync/discarding_sink.h"
#include "tools/mapisync/trace_replay.h"

namespace mapisync::trace::test {
namespace {

std::vector<std::string> traces() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(MAPISYNC_TRACES)) {
    if (entry.path().extension() == ".trace") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class FolderOfTraces : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Traces, FolderOfTraces, testing::ValuesIn(traces()), test_name);

TEST_P(FolderOfTraces, EndsAsRecorded) {
  std::ifstream file(std::string(MAPISYNC_TRACES) + "/" + GetParam() + ".trace", std::ios::binary);
  MemorySource source(Bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()));
  cli::TraceReplay replay(source, nullptr);
  const auto head = replay.begin();
  ASSERT_TRUE(head.has_value()) << head.error().to_string();
  MemoryStore store;
  cli::DiscardingSink sink;
  mapisync::test::MemorySpool spool;
  const auto report = replay.run({store, sink, spool, nullptr, Log()});
  ASSERT_TRUE(report.has_value()) << report.error().to_string();
  const auto& at = report.value().divergence;
  EXPECT_EQ(report.value().verdict, cli::ReplayVerdict::as_recorded)
      << name_of(report.value().verdict) << " after " << report.value().calls << " calls\n"
      << (at ? "asked: " + at->asked + "\nrecorded: " + at->recorded + "\n" + at->detail : std::string()) << "\n"
      << report.value().recorded << report.value().replayed;
}

}  // namespace
}  // namespace mapisync::trace::test
