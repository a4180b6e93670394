// What is remembered of one folder between runs, besides its rows.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/time.h"
#include "engine/model/folder.h"
#include "engine/model/ids.h"
#include "engine/model/sync_state.h"

namespace mapisync {

/// A table read that agreed with everything we hold, and the counters at that time. While counters and our own
/// totals stay as they are, a server whose counters are off by a constant causes no further table read.
struct CountAgreement {
  FolderCounters counters;
  std::uint64_t normal{0};  // keys we account for, normal messages
  std::uint64_t associated{0};
  friend bool operator==(const CountAgreement&, const CountAgreement&) = default;
};

struct Checkpoint {
  SyncState state;                  // covers nothing that is not delivered, quarantined, suspected, refused or pending
  std::uint32_t flags{0};           // the fixed set of sync flags the state belongs to
  std::vector<SourceKey> excluded;  // the restriction the state belongs to; sorted
  FolderCounters counters;          // read before the pass or fence that made the state
  bool pass_partial{false};         // a pass from `state` committed changes and did not reach its end
  bool sweep_due{false};            // a fence was committed: the first S_OK pass is followed by a table sweep
  bool table_mode{false};           // no fence can be had: the table difference is the checkpoint
  /// What a failing pass was last seen with; empty = none. In table mode a digest of the quarantine, else of all that
  /// waits for a pass from nothing.
  Bytes blocked_by;
  std::uint32_t runs_since_sweep{0};
  std::optional<CountAgreement> agreement;
  Bytes frontier;               // groups of pending messages known to fail; an accelerator, may be lost
  RunId finished{RunId::none};  // the last run that left nothing undone here; for runs under a limit
  bool adoption_due{false};  // a new instance of the mailbox was accepted: the rows still have the keys of the former
  std::optional<Timestamp> passed_at;  // when the state was last brought up to date
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

}  // namespace mapisync
