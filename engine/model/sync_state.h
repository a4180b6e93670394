// The provider's synchronization state. Only the provider that made it may look inside.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "engine/base/bytes.h"

namespace mapisync {

/// opaque: the server made it. composed: the provider built it from keys that we named.
enum class StateOrigin : std::uint8_t { opaque = 1, composed = 2 };

struct SyncState {
  Bytes bytes;  // empty = "nothing seen yet"
  StateOrigin origin{StateOrigin::opaque};

  bool empty() const noexcept { return bytes.empty(); }
  std::string digest() const { return short_digest(bytes); }
  friend bool operator==(const SyncState&, const SyncState&) = default;
};

}  // namespace mapisync
