#include "tests/mapihttp/client/wire_world.h"

#include <utility>

namespace mapisync::mapihttp::test {
namespace {

fake::FaultPlan plan_of(const WireSetup& setup) {
  fake::FaultPlan plan = emulator::plan_for(setup.mode);
  plan.server.duplicates_per_mille = 0;
  const std::string text = plan.to_string() + setup.plan;
  return fake::FaultPlan::parse(text).value();
}

}  // namespace

mapisync::test::WorldSetup over_the_wire(const WireSetup& setup, WireHandle& handle) {
  handle.mailbox = std::make_shared<std::unique_ptr<EmulatedMailbox>>();
  mapisync::test::WorldSetup world;
  world.faults = plan_of(setup);
  world.options = setup.sync;
  world.front = [setup, slot = handle.mailbox](fake::FakeProvider& server, Clock& clock,
                                               Random& /*random*/) -> std::unique_ptr<Provider> {
    if (*slot == nullptr) {
      *slot = std::make_unique<EmulatedMailbox>(server, setup.mode, setup.options);
      (*slot)->script(setup.script);
    }
    return (*slot)->another(setup.options, clock);
  };
  return world;
}

mapisync::test::WorldSetup over_the_wire(const WireSetup& setup) {
  WireHandle handle;
  return over_the_wire(setup, handle);
}

}  // namespace mapisync::mapihttp::test
