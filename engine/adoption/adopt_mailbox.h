// Another instance of the mailbox (moved to another database, or restored) takes the place of the one we knew.
#pragma once

#include <optional>

#include "engine/sync_run.h"

namespace mapisync {

struct AdoptionOutcome {
  std::optional<Failure> failure;  // the server's; then nothing was changed
};

/// Reads the folders of the new instance and, in one commit: gives ours their keys, throws every state away, marks
/// every folder that holds something as due for adoption, and makes `mailbox` (its identity is the new one) what the
/// store knows. From then on it is done folder by folder, in this run or later ones. A failure of the result is ours.
Result<AdoptionOutcome> adopt_mailbox(SyncRun& run, const MailboxIdentity& former, MailboxRecord& mailbox);

}  // namespace mapisync
