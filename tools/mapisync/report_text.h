// A sync report for people: what came, what did not, and totals that add up. Pure functions; any thread.
#pragma once

#include <string>

#include "engine/sync_report.h"

namespace mapisync::cli {

struct ReportStyle {
  std::size_t columns{80};
  bool all_folders{false};  // otherwise folders with nothing to tell share one line where there are many
};

/// Tables of both sides and a summary; each line ends with a line end.
std::string to_text(const SyncReport& report, const ReportStyle& style);

}  // namespace mapisync::cli
