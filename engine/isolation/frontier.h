// Groups of pending messages that are known to fail, remembered between runs by the store's row numbers. An
// accelerator: what cannot be read or no longer fits is dropped, and costs calls, never a message.
#pragma once

#include <vector>

#include "engine/base/bytes.h"
#include "engine/isolation/planner.h"
#include "engine/model/ids.h"

namespace mapisync {

/// `ids` by ordinal. At most 1,000 intervals are kept.
Bytes encode_frontier(const std::vector<PlannedBatch>& groups, const std::vector<PendingId>& ids);
/// Groups that are still contiguous in `ids`; disjoint.
std::vector<PlannedBatch> decode_frontier(BytesView bytes, const std::vector<PendingId>& ids);

}  // namespace mapisync
