// From what a run left behind to its one-word result. Pure.
#pragma once

#include <string>
#include <utility>

#include "engine/sync_report.h"

namespace mapisync {

/// What the store holds at the end of a run.
struct Standings {
  std::uint64_t held{0};  // deletions that wait for approval, folders included
  std::uint64_t pending{0};
  std::uint64_t unannounced{0};  // unsettled rows and findings that no finished run has reported
  std::uint64_t known{0};        // quarantined, suspected, refused, and findings
};

/// A decision comes first (nothing else resolves it), then "run again", then what is new, then what is known.
std::pair<Grade, std::string> grade_of(const SyncReport& report, const Standings& standings);

}  // namespace mapisync
