// A synchronization state as it is kept: the sets of ICS, and what they belong to. A value; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/sync_state.h"
#include "providers/mapihttp/wire/identifiers.h"
#include "providers/mapihttp/wire/idset.h"

namespace mapisync::mapihttp {

enum class StateKind : std::uint8_t { contents = 1, hierarchy = 2 };

/// What a state belongs to: another mailbox, database, folder or kind makes it useless, and silently so at the server.
struct StateScope {
  StateKind kind{StateKind::contents};
  Bytes mailbox;  // GUID
  Bytes folder;   // source key
  friend bool operator==(const StateScope&, const StateScope&) = default;
};

struct ClientState {
  StateScope scope;
  wire::ReplguidIdset given;
  wire::Cnset seen;
  wire::Cnset seen_fai;
  wire::Cnset read;

  friend bool operator==(const ClientState&, const ClientState&) = default;
};

/// Ids one by one, joined with a set at its next use: that is cheaper than adding each to it.
class IdBag {
 public:
  void add(const wire::GlobalId& id) { ids_[id.replguid].push_back({id.counter, id.counter}); }
  /// The bag is empty afterwards.
  void join(wire::ReplguidIdset& set);

 private:
  std::map<Guid, std::vector<wire::Interval>> ids_;
};

SyncState encode_state(const ClientState& state, StateOrigin origin);
/// Errc::state_rejected for what encode_state did not make, for damaged bytes and for another scope. An empty state is
/// the empty sets.
Result<ClientState> decode_state(const SyncState& state, const StateScope& scope);

}  // namespace mapisync::mapihttp
