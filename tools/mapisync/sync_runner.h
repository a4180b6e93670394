// Runs a sync from first to last: source, mirror, engine, report. The composition root of `sync`, `quarantine retry`
// and `deletions approve`.
#pragma once

#include "tools/mapisync/command.h"
#include "tools/mapisync/sync_request.h"

namespace mapisync::cli {

/// The source is opened before the mirror is made: a wrong source leaves no file behind.
Ending run_sync(Context& context, const SyncRequest& request);

}  // namespace mapisync::cli
