// The contents table against what we hold: candidates become pending, read states and verified deletions are settled,
// and, where a fence was taken, its state is committed; all that a state covers is accounted for first
// (design 4.1, 5.4, 5.6).
#pragma once

#include <optional>

#include "engine/sync_run.h"
#include "engine/table_reader.h"

namespace mapisync {

enum class SettleReason : std::uint8_t {
  sweep,     // after an S_OK pass: the pass vouches for versions that the table does not show
  fence,     // the table was read after (or, composed, is) the fence
  no_fence,  // the table difference is the checkpoint
  head,      // the same, but only what the server committed lately was read: nothing follows from what is not listed
};

struct SettleRequest {
  SettleReason reason{SettleReason::sweep};
  std::optional<SyncState> state;   // fence: to be committed with the last slice
  std::vector<SourceKey> excluded;  // the restriction that the fence's state belongs to
  FolderCounters counters;          // read before the fence or the pass
  bool whole{false};                // fence: its pass began from nothing, and so should have brought everything
  bool adopted{false};              // refs of the rows may be of another instance: nothing is probed by them
};

struct Settled {
  std::uint64_t candidates{0};  // keys that became pending or got another version
  std::uint64_t gone{0};
  bool agreed{true};   // the table lists what we account for, no more and no less
  bool certain{true};  // or at least it does now: nothing is in doubt, and every row could be read
};

/// Uses `read` up. A failure is ours; what was committed before it is valid.
Result<Settled> settle_table(FolderWork& work, TableRead read, const SettleRequest& request);

}  // namespace mapisync
