#include "tests/contract/fake_world.h"

namespace mapisync::contract {

std::vector<WorldMaker> contract_worlds() {
  std::vector<WorldMaker> worlds;
  for (const auto& [name, plan] : fake_world_plans()) {
    worlds.push_back(
        {name, [plan = plan] { return std::make_unique<FakeContractWorld>(fake::FaultPlan::parse(plan).value()); }});
  }
  return worlds;
}

}  // namespace mapisync::contract
