// A server with any combination of capabilities and habits. Pure.
#pragma once

#include "providers/fake/fault_plan.h"
#include "providers/fake/seeded.h"

namespace mapisync::sim {

/// Takes what it needs from `random`, and nothing else.
fake::FaultPlan random_server(fake::Seeded& random);

}  // namespace mapisync::sim
