// Changes other than content: deletions and read states, as an exporter states them.
#pragma once

#include <cstdint>

#include "engine/model/ids.h"

namespace mapisync {

/// hard: deleted; soft: left the scope and may still exist; expiry: soft, by age. [mapi-ics 2.1]
enum class DeletionKind : std::uint8_t { hard = 1, soft = 2, expiry = 3 };

struct ReadStateChange {
  SourceKey key;
  bool read{false};
};

}  // namespace mapisync
