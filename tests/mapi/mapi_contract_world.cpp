// The contract suites over the MAPI provider. What the fake exporter's contract says of a server must hold of the same
// server seen through COM; but states are opaque there.
#include <gtest/gtest.h>

#include "tests/contract/fake_world.h"
#include "tests/mapi/mapi_way.h"

namespace mapisync::contract {
namespace {

class MapiContractWorld : public FakeContractWorld {
 public:
  MapiContractWorld(const fake::FaultPlan& plan, const FakeMapiManners& manners)
      : FakeContractWorld(plan),
        buffers_(fake_mapi_live_buffers()),
        objects_(fake_mapi_live_objects()),
        runtime_(std::make_shared<mapi::MapiRuntime>(mapi_test::fake_memory())),
        provider_(mapi_test::open_mapi_provider(server(), runtime_)) {
    fake_mapi_set_manners(&manners);
  }
  ~MapiContractWorld() override {
    EXPECT_EQ(fake_mapi_live_buffers(), buffers_) << "buffers of MAPI's were not freed";
    EXPECT_EQ(fake_mapi_live_objects(), objects_) << "objects of MAPI's were not released";
    EXPECT_EQ(runtime_->live_objects.load(), 0) << "objects of ours are still held";
  }
  Provider& provider() override { return *provider_; }
  Capabilities truth() override {
    Capabilities truth = FakeContractWorld::truth();
    truth.composed_state = Known::no;
    return truth;
  }

 private:
  std::int64_t buffers_, objects_;
  mapi::Runtime runtime_;
  std::unique_ptr<Provider> provider_;
};

WorldMaker mapi_world(const std::string& name, const std::string& plan, const FakeMapiManners& manners = {}) {
  return {name, [plan, manners] {
            return std::make_unique<MapiContractWorld>(fake::FaultPlan::parse(plan).value(), manners);
          }};
}

}  // namespace

std::vector<WorldMaker> contract_worlds() {
  std::vector<WorldMaker> worlds;
  for (const auto& [name, plan] : fake_world_plans()) worlds.push_back(mapi_world("mapi_" + name, plan));
  FakeMapiManners rough{};
  rough.ask_names = 1;
  rough.skip_commit = 1;
  rough.hold_messages = 1;
  worlds.push_back(mapi_world("mapi_rough_manners", "profile calm\nserver restriction yes", rough));
  FakeMapiManners deaf{};
  deaf.swallow_errors = 1;
  worlds.push_back(mapi_world("mapi_swallows_errors", "", deaf));
  return worlds;
}

}  // namespace mapisync::contract
