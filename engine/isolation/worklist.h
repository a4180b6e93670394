// What one run of isolation has to ask for, as the store says it at the start.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "engine/isolation/size_profile.h"
#include "engine/sync_run.h"

namespace mapisync {

struct Worklist {
  std::vector<PendingId> planned;    // pending messages nothing is known about; the planner's, by ordinal
  std::vector<PendingId> alone_ids;  // the numbers of `alone` as it was loaded
  std::deque<UnsettledRow> alone;    // pending, with an earlier verdict or strikes: first, and singly
  std::deque<UnsettledRow> retries;  // suspected, quarantined and refused messages whose next attempt is due
  std::deque<SourceKey> hidden;      // by the restriction of the committed state: asked about singly, ascending

  /// Under a limit of calls: so many of `alone` and `retries` before the planner's next batch; the others when nothing
  /// else is left.
  std::uint64_t alone_share{UINT64_MAX / 2};
  std::uint64_t retry_share{0};

  bool empty() const { return planned.empty() && alone.empty() && retries.empty() && hidden.empty(); }
};

/// Time earns no attempt that takes the server down again: that is for somebody to allow.
bool may_be_retried(const FolderWork& work, const UnsettledRow& row);

/// Only what is pending.
Result<void> load_pending(const FolderWork& work, Worklist& list);
/// The table's word on the sizes of `planned`, a few hundred of them however many there are.
Result<SizeProfile> sample_sizes(const FolderWork& work, std::span<const PendingId> planned);

/// At most 100,000 retries; further ones are as due in the next run. Under a limit, of the hidden ones those that the
/// last run did not get to.
Result<Worklist> load_worklist(const FolderWork& work);

}  // namespace mapisync
