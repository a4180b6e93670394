// What is looked at after one run: did it tell what it did, and what does it look like as one number. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "providers/fake/fault_plan.h"
#include "tests/support/oracle.h"

namespace mapisync::sim {

/// Everything that moved between two holdings has its event in the run between them (docs/glossary.md). Empty = told.
std::vector<std::string> untold(const test::Holding& before, const test::Holding& after,
                                const std::vector<Event>& events);

/// Findings whose reason is gone, once everything is at rest.
std::vector<std::string> stale_findings(const test::Truth& truth, const test::Holding& holding);

/// Of all that a run leaves and says. Equal histories have equal prints.
std::uint64_t fingerprint(const test::Holding& holding, const SyncReport* report, const std::vector<Event>& events,
                          const std::vector<fake::PortCall>& calls);

}  // namespace mapisync::sim
