#include "tools/emulator/emulated_server.h"

namespace mapisync::emulator {

fake::FaultPlan plan_for(Mode mode) {
  fake::FaultPlan plan;
  if (mode == Mode::gromox) {
    plan.server = fake::ServerProfile::prefix_server();
  } else {
    plan.server = fake::ServerProfile::exchange_2010();
    plan.server.recover_mode = fake::RecoverMode::report;
  }
  plan.server.restriction = Known::yes;
  return plan;
}

Result<void> EmulatedServer::enter(fake::PortCall call, fake::SessionState* session) {
  Result<void> entered = fake->enter(call, session);
  if (entered) return entered;
  Failure failure = std::move(entered).error();
  switch (failure.errc()) {
    case Errc::network:
    case Errc::timeout: return connection_cut(std::move(failure.context));
    case Errc::session_lost: return context_lost(std::move(failure.context));
    default: return failure;
  }
}

}  // namespace mapisync::emulator
