// "About to ask for these": durable before a call that names messages, cleared with what came of it, so that the next
// run knows whom to suspect if the server or this process ends in between.
#pragma once

#include "engine/export_driver.h"
#include "engine/isolation/place.h"
#include "engine/sync_run.h"

namespace mapisync {

/// One commit; none if it is written already.
Result<void> write_ahead(FolderWork& work, Place place);

/// What the call on `place` says of the server and of this process. True: the server was lost in it, that is, the
/// connection was, and nobody answers now. Durable when it returns.
Result<bool> note_call(FolderWork& work, const Place& place, const ExportOutcome& outcome);

/// Into a commit of this folder that is about to happen: clears what is over, renews what was learned.
Result<void> settle_asking(FolderWork& work, UnitOfWork& unit);
/// Whether a commit has to do that.
bool asking_unsettled(const FolderWork& work) noexcept;
/// Where no other commit does it.
Result<void> settle_asking(FolderWork& work);

/// At the beginning of a run: what the last one left. A call that never ended took the process with it.
Result<void> take_up_lost_call(FolderWork& work);

}  // namespace mapisync
