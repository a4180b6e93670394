// The contract suites over a provider that is being recorded: nothing of what it does may change.
#include <gtest/gtest.h>

#include "providers/trace/recorder.h"
#include "providers/trace/recording_provider.h"
#include "tests/contract/fake_world.h"
#include "tests/support/manual_clock.h"
#include "tests/trace/memory_trace.h"

namespace mapisync::contract {
namespace {

class TracedContractWorld : public FakeContractWorld {
 public:
  TracedContractWorld(const fake::FaultPlan& plan, const trace::Discretion& discretion)
      : FakeContractWorld(plan),
        recorder_(tape_, clock_, discretion, {3, 4}, nullptr),
        provider_(FakeContractWorld::provider(), recorder_) {}
  ~TracedContractWorld() override {
    EXPECT_FALSE(recorder_.failure()) << recorder_.failure()->to_string();
    EXPECT_GT(recorder_.calls(), 0U) << "nothing was recorded";
  }
  Provider& provider() override { return provider_; }

 private:
  trace::test::MemoryTrace tape_;
  test::ManualClock clock_;
  trace::Recorder recorder_;
  trace::RecordingProvider provider_;
};

}  // namespace

std::vector<WorldMaker> contract_worlds() {
  std::vector<WorldMaker> worlds;
  for (const auto& [name, plan] : fake_world_plans()) {
    for (const bool content : {false, true}) {
      worlds.push_back({name + (content ? "_traced_with_content" : "_traced"), [plan = plan, content] {
                          return std::make_unique<TracedContractWorld>(fake::FaultPlan::parse(plan).value(),
                                                                       trace::Discretion{content, false});
                        }});
    }
  }
  return worlds;
}

}  // namespace mapisync::contract
