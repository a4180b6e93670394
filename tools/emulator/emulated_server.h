// What all sessions of the emulator share: the fake server behind it, the numbers of databases and named properties,
// the script. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>

#include "providers/fake/fake_server.h"
#include "tools/emulator/named_properties.h"
#include "tools/emulator/replicas.h"
#include "tools/emulator/rop_failure.h"
#include "tools/emulator/wire_script.h"

namespace mapisync::emulator {

/// Whose manner it has: where the specification leaves a choice, and where a server leaves the specification.
enum class Mode : std::uint8_t { exchange, gromox };

/// The behaviour of the server behind it that goes with a mode: RecoverMode, states, order.
fake::FaultPlan plan_for(Mode mode);

/// What has happened so far, for tests.
struct WireCounts {
  std::uint64_t requests{0}, executes{0}, rops{0}, buffers{0}, contexts{0};
};

struct EmulatedServer {
  EmulatedServer(std::shared_ptr<fake::FakeServer> behind, Mode how, WireScript plan)
      : fake(std::move(behind)), mode(how), script(std::move(plan)), replicas(fake->mailbox()) {}

  std::shared_ptr<fake::FakeServer> fake;
  Mode mode;
  WireScript script;
  Replicas replicas;
  NamedProperties names;
  WireCounts counts;

  fake::FakeMailbox& mailbox() { return fake->mailbox(); }
  const fake::ServerProfile& profile() const { return fake->profile(); }
  /// FakeServer::enter, with its answer in terms of the wire: connection_cut, context_lost, busy, or a code.
  Result<void> enter(fake::PortCall call, fake::SessionState* session);
};

}  // namespace mapisync::emulator
