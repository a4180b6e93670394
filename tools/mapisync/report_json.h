// A sync report for programs: schema "mapisync.sync/1". Fields are only ever added. Pure functions; any thread.
#pragma once

#include "engine/sync_report.h"
#include "tools/mapisync/json_out.h"

namespace mapisync::cli {

Json to_json(const SyncReport& report);

}  // namespace mapisync::cli
