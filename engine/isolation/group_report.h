// Tells of messages that failed only together (design 1, finding "batch-only failure").
#pragma once

#include <vector>

#include "engine/isolation/group_watch.h"
#include "engine/sync_run.h"

namespace mapisync {

/// Every message of these groups arrived in smaller batches, and no single one failed. A small group is asked for once
/// more, its messages discarded: what works now was noise. True if anything remained to be told.
Result<bool> tell_of_groups(FolderWork& work, std::vector<FailedGroup> groups);

}  // namespace mapisync
