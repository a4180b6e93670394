// How keys are made of numbers, and references of both. [mapi-ics 4.2]
// Values; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/model/ids.h"

namespace mapisync::fake {

inline constexpr std::size_t kGuidSize = 16;
inline constexpr std::size_t kNativeKeySize = 22;

/// `count` bytes that look random and depend on nothing but (seed, what).
Bytes pseudo_random(std::uint64_t seed, std::uint64_t what, std::size_t count);

/// Replica GUID and number, big-endian, six bytes: a native source key or change key.
Bytes native_key(BytesView replica_guid, std::uint64_t number);

/// A predecessor change list that also contains `change_key`: one entry per GUID, ascending, the later one wins.
Bytes extend_predecessors(BytesView list, BytesView change_key);
/// Whether every entry of `change_key`'s GUID in `list` is at least as new as it.
bool predecessors_cover(BytesView list, BytesView change_key);

/// What a MessageRef holds: enough for both forms of selective lists and for composed states.
struct RefParts {
  std::uint64_t folder{0};
  std::uint64_t mid{0};
  std::uint64_t change_number{0};
  SourceKey source_key;
};
MessageRef make_ref(const RefParts& parts);
/// nullopt for anything make_ref did not make.
std::optional<RefParts> parse_ref(const MessageRef& ref);

}  // namespace mapisync::fake
