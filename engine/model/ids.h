// Strong types for the opaque identities of ICS: passing a change key where a source key belongs does not compile.
// Values; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "engine/base/bytes.h"

namespace mapisync {

template <class Tag>
class OpaqueId {
 public:
  OpaqueId() = default;
  explicit OpaqueId(Bytes bytes) : bytes_(std::move(bytes)) {}

  const Bytes& bytes() const noexcept { return bytes_; }
  bool empty() const noexcept { return bytes_.empty(); }
  std::string hex() const { return to_hex(bytes_); }
  /// For log lines: the key itself stays out of them.
  std::string digest() const { return short_digest(bytes_); }

  friend bool operator==(const OpaqueId&, const OpaqueId&) = default;
  friend std::strong_ordering operator<=>(const OpaqueId& a, const OpaqueId& b) noexcept {
    return a.bytes_.compare(b.bytes_) <=> 0;
  }

 private:
  Bytes bytes_;
};

/// ICS identity of a message within its folder (PR_SOURCE_KEY). 22 bytes when the server made it; a foreign one
/// may have any length. [MS-OXCFXICS 2.2.1.2.5]
using SourceKey = OpaqueId<struct SourceKeyTag>;
/// ICS version of a message (PR_CHANGE_KEY). Empty = absent. Compare for equality only. [MS-OXCFXICS 2.2.1.2.7]
using ChangeKey = OpaqueId<struct ChangeKeyTag>;
/// Identity of a folder (its PR_SOURCE_KEY).
using FolderKey = OpaqueId<struct FolderKeyTag>;
/// PR_SEARCH_KEY: survives a move; not unique.
using SearchKey = OpaqueId<struct SearchKeyTag>;

/// What a provider needs to name one message in a selective list or a probe: entry id, MID, source key...
/// Opaque and storable: one that was stored is valid in a later session as long as the message stays in its folder.
using MessageRef = OpaqueId<struct MessageRefTag>;

/// Row number of a folder in the store; stable for the life of the store, never reused.
enum class FolderId : std::int64_t { none = 0 };
/// Number of a run; ascending.
enum class RunId : std::int64_t { none = 0 };
/// Row number of a pending message in the store.
enum class PendingId : std::int64_t { none = 0 };

}  // namespace mapisync

template <class Tag>
struct std::hash<mapisync::OpaqueId<Tag>> {
  std::size_t operator()(const mapisync::OpaqueId<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.bytes());
  }
};
