// The contract suites over the wire, in both manners of servers.
#include "tests/contract/fake_world.h"
#include "tests/mapihttp/client/emulated_mailbox.h"

namespace mapisync::contract {
namespace {

class EmulatedContractWorld final : public FakeContractWorld {
 public:
  EmulatedContractWorld(fake::FaultPlan plan, emulator::Mode mode, mapihttp::ClientOptions options)
      : FakeContractWorld(plan), mailbox_(server(), mode, std::move(options)) {}

  Provider& provider() override { return mailbox_.provider(); }
  /// Over the wire a message is what its id says, whatever source key it came with.
  SourceKey key(const std::string& name) override { return record(name).native_key; }
  Capabilities truth() override {
    Capabilities truth;
    truth.selective_sync = Known::yes;
    truth.id_form = IdForm::entry_id;
    truth.catch_up = CatchUp::none;
    truth.composed_state = Known::yes;
    truth.restriction = Known::no;
    truth.interruptible = Known::yes;
    return truth;
  }

 private:
  mapihttp::test::EmulatedMailbox mailbox_;
};

fake::FaultPlan quiet(fake::FaultPlan plan) {
  plan.server.duplicates_per_mille = 0;
  plan.server.never_seen_deletions = 0;
  return plan;
}

}  // namespace

std::vector<WorldMaker> contract_worlds() {
  return {
      // The suite wants a run that fails at a bad message: this server goes on, if it is allowed to.
      {"exchange",
       [] {
         mapihttp::ClientOptions options;
         options.recover_mode = false;
         return std::make_unique<EmulatedContractWorld>(quiet(emulator::plan_for(emulator::Mode::exchange)),
                                                        emulator::Mode::exchange, std::move(options));
       }},
      {"gromox",
       [] {
         return std::make_unique<EmulatedContractWorld>(quiet(emulator::plan_for(emulator::Mode::gromox)),
                                                        emulator::Mode::gromox, mapihttp::ClientOptions{});
       }},
  };
}

}  // namespace mapisync::contract
