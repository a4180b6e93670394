#include "engine/delivery_intent.h"

#include "engine/folder_commit.h"

namespace mapisync {

Result<void> note_intent(FolderWork& work, std::span<const DeliveredMessage> messages) {
  if (messages.empty() || work.run.coupling == SinkCoupling::shared) return success();
  MAPISYNC_TRY(commit, FolderCommit::begin(work));
  if (commit->coupling() == SinkCoupling::shared) return success();
  for (const DeliveredMessage& message : messages) {
    MAPISYNC_TRY(standing, commit->standing(message.header.source_key));
    if (!standing.ledger && !standing.unsettled) MAPISYNC_TRYV(commit->defer(standing, message));
  }
  return commit->writes() > 0 ? commit->commit() : Result<void>(success());
}

}  // namespace mapisync
