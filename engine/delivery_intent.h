// Before a sink with a transaction of its own stores messages that we hold no record of: they are written down as
// pending. Should the process end between the sink's commit and ours, the next run knows whom the sink may hold, and
// asks for them; or else one that is deleted at the source meanwhile would stay in the sink for ever.
#pragma once

#include <span>

#include "engine/model/message.h"
#include "engine/sync_run.h"

namespace mapisync {

/// A commit of its own, if there is anything to note. To be called while no unit of work is open.
Result<void> note_intent(FolderWork& work, std::span<const DeliveredMessage> messages);

}  // namespace mapisync
