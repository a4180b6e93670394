// What of a folder is known not to be in the mirror, as far as it decides whether a pass is worth a call: the same
// trouble is not met twice in vain.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/sync_run.h"

namespace mapisync {

/// The digest of everything that keeps a pass from working: quarantined and suspected keys with their versions.
Result<Bytes> trouble_digest(FolderWork& work);
/// The digest of everything that is not in the mirror, for whatever reason, and of the day (the week, where nothing is
/// pending): time earns another attempt.
Result<Bytes> waiting_digest(FolderWork& work);
/// Whether messages are set aside that failed with this code, so that a pass that fails with it needs no repetition to
/// be believed. Looks at a page of them; says no of codes of servers and sessions, which say little about messages.
Result<bool> known_to_break_passes(FolderWork& work, const Failure& failure);

}  // namespace mapisync
