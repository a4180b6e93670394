#include "tests/sim/server_troubles.h"

namespace mapisync::sim {

void ServerTroubles::take(const Step& step) {
  if (step.kind == StepKind::calm) return end();
  troubles_.push_back(step);
}

fake::FaultPlan ServerTroubles::plan() const {
  constexpr std::uint64_t kForEver = 1'000'000'000;
  fake::FaultPlan plan = well_;
  for (const Step& step : troubles_) {
    switch (step.kind) {
      case StepKind::outage: plan.failures.push_back({step.call, 1, kForEver, step.code, {}}); break;
      case StepKind::noise:
        plan.server.transient_per_mille = static_cast<std::uint32_t>(step.n);
        plan.server.transient_code = step.code;
        break;
      case StepKind::refuse_states: plan.server.refuse_states = true; break;
      case StepKind::cut_short:
        plan.server.abort_after = static_cast<std::uint32_t>(step.n);
        plan.server.abort_code = step.code;
        break;
      case StepKind::row_fault: plan.row_faults.push_back({step.message, step.fault}); break;
      default: break;
    }
  }
  return plan;
}

}  // namespace mapisync::sim
