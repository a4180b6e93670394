// Flags of RopGetContentsTable and RopGetHierarchyTable. [MS-OXCFOLD 2.2.1.13, 2.2.1.14]
#pragma once

#include <cstdint>

namespace mapisync::mapihttp::table_flags {

inline constexpr std::uint8_t kAssociated = 0x02, kDepth = 0x04;

}  // namespace mapisync::mapihttp::table_flags
