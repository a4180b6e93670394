// One ordinary incremental pass: `config` + `synchronize` to the end, from the committed state. Deletions and read
// states are applied, and the state is committed, only after S_OK and verification (design 5.2).
#pragma once

#include <cstdint>
#include <optional>

#include "engine/sync_run.h"

namespace mapisync {

struct PassOutcome {
  bool done{false};                // S_OK, verified, committed
  bool interrupted{false};         // ended by a stop or a limit
  std::optional<Failure> failure;  // the server's
  std::uint64_t messages{0};       // that arrived
  std::uint64_t claims{0};         // reported deletions
  std::uint64_t claims_false{0};   // deletions that proved false
  std::uint64_t repeated{0};       // messages that the state it began from knows, at the version we hold
};

/// The fixed set of flags of a folder's passes; stored with the state.
std::uint32_t pass_flags(const Checkpoint& checkpoint);

/// A pass that commits data but no state, which is to be committed together with pending (design 5.4).
struct FencePass {
  std::vector<SourceKey> excluded;  // keys to leave out: a restriction
  bool from_nothing{false};         // not from the committed state; if it fails, that one is as good as before
  std::optional<SyncState> state;   // after done
};

/// `counters` were read before.
Result<PassOutcome> run_pass(FolderWork& work, const FolderCounters& counters, FencePass* fence_of = nullptr);

}  // namespace mapisync
