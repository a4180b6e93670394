// Linked to the stories of tests/scenario: the runs of every world are recorded, and made again out of the recording.
// What the stories expect must hold while they are recorded, too.
#include <gtest/gtest.h>

#include "tests/trace/traced_run.h"

namespace mapisync::trace::test {
namespace {

class TraceEveryRun : public testing::Environment {
 public:
  void SetUp() override { mapisync::test::default_runner() = traced_runner(); }
};

const testing::Environment* const kTraceEveryRun = testing::AddGlobalTestEnvironment(new TraceEveryRun);

}  // namespace
}  // namespace mapisync::trace::test
