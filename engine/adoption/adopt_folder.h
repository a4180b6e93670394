// The messages of one folder under the keys that another instance of the mailbox gives them.
#pragma once

#include "engine/sync_run.h"

namespace mapisync {

/// Renames what is found in `listed` and keeps its content; what is not certain to be the same version is of no known
/// version from then on, so that settling the table makes it pending. What is not found keeps its key: settling the
/// table finds it absent. In slices: after a stop the next call goes on, for what was renamed is found by its key. A
/// failure is ours.
Result<void> adopt_folder(FolderWork& work, Listing& listed);

}  // namespace mapisync
