// What a look without touching found: for `sync --dry-run` and `verify`. Pure functions; any thread.
#pragma once

#include <string>

#include "engine/survey.h"
#include "tools/mapisync/exit_code.h"
#include "tools/mapisync/json_out.h"
#include "tools/mapisync/report_text.h"

namespace mapisync::cli {

std::string to_text(const SurveyReport& report, const ReportStyle& style);
/// Without a schema: the command adds its own.
Json to_json(const SurveyReport& report);

/// How source and ledger stand to each other. A difference that the next sync removes is `incomplete`.
Ending ending_of(const SurveyReport& report);

}  // namespace mapisync::cli
