// The synchronization state of the fake server: which messages a client has, which versions it has seen. [mapi-ics 6.1]
// Bound to folder, database and kind of run. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/ids.h"
#include "engine/model/sync_state.h"
#include "providers/fake/id_set.h"

namespace mapisync::fake {

/// Persisted; never renumbered.
enum class StateKind : std::uint8_t { contents = 1, selective = 2, hierarchy = 3 };

struct FakeState {
  StateKind kind{StateKind::contents};
  Bytes scope;                   // folder key and mapping signature
  std::uint64_t age{0};          // FakeMailbox::state_age when it was made
  std::uint64_t restriction{0};  // digest of the excluded keys; 0 = none
  IdSet given;                   // ids the client has (folders: their numbers)
  IdSet seen;                    // change numbers of normal messages (folders: of folders)
  IdSet seen_associated;
  IdSet read;  // change numbers of read states
  friend bool operator==(const FakeState&, const FakeState&) = default;

  SyncState encode(StateOrigin origin) const;
  /// Errc::state_rejected for bytes that encode did not make, a damaged copy included. Not for an empty state.
  static Result<FakeState> decode(BytesView bytes);
};

Bytes scope_of(const FolderKey& folder, const Bytes& mapping_signature);
std::uint64_t restriction_digest(std::vector<SourceKey> excluded);

inline constexpr std::size_t kStateBytesMax = 256U << 20U;

}  // namespace mapisync::fake
