// Groups of pending messages that are known to fail, remembered between runs by the store's row numbers. An
// accelerator: what cannot be read or no longer fits is dropped, and costs calls, never a message.
#pragma once

#include <vector>

#include "engine/base/bytes.h"
#include "engine/isolation/planner.h"
#include "engine/model/ids.h"

namespace mapisync {

/// `ids` by ordinal. At most 1,000 intervals are kept. `asked`: see asked_through; may be empty.
Bytes encode_frontier(const std::vector<PlannedBatch>& groups, const std::vector<PendingId>& ids,
                      const SourceKey& asked);
/// How far a run got that had to stop among the excluded keys, which are asked one by one in ascending order: the next
/// one goes on behind it, so that any limit comes to an end. Empty: from the first.
SourceKey asked_through(BytesView bytes);
/// Groups that are still contiguous in `ids`; disjoint.
std::vector<PlannedBatch> decode_frontier(BytesView bytes, const std::vector<PendingId>& ids);

}  // namespace mapisync
