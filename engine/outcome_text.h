// How a run ended, in lines that can be compared with those of the same run made again: the grade and its reason, and
// for each folder, by number, the words of the totals and what it cost. No time, no name. Values; any thread.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/sync_report.h"

namespace mapisync {

std::string outcome_text(const Result<SyncReport>& result);

}  // namespace mapisync
