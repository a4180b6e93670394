// A fence: a state that needs no bad message to be exported, taken so that everything it covers is accounted for by the
// table read that goes with it (design 5.4).
#pragma once

#include <optional>

#include "engine/settlement.h"
#include "engine/sync_run.h"

namespace mapisync {

struct FenceOutcome {
  bool settled{false};             // the table was read and settled, with or without a fence
  bool certain{false};             // and now we account for what it lists, no more and no less
  bool fenced{false};              // and a state was committed
  bool unaffordable{false};        // nothing was done: the limits of this run leave no call for it
  std::optional<Failure> failure;  // the server's: not even the table could be read
};

/// Composed state, else catch-up, else none: then the table difference is the checkpoint. Learns capabilities on the
/// way.
Result<FenceOutcome> take_fence(FolderWork& work);

/// Where neither can be had: a pass that leaves out what is quarantined or suspected. Call with nothing pending.
/// Does nothing if it was tried with the same keys before.
Result<FenceOutcome> take_restricted_fence(FolderWork& work);

/// Where nothing can be asked for by itself, and something is missing: a pass from nothing, which brings what earlier
/// fences have put aside, or tells that it still cannot be had. Does nothing if there is a better way, or if it was
/// tried with the same messages on the same day.
Result<FenceOutcome> take_whole_pass(FolderWork& work);

}  // namespace mapisync
