// Properties that only a server of this protocol is asked for. [MS-OXPROPS]
#pragma once

#include "engine/model/property.h"

namespace mapisync::mapihttp::tags {

inline constexpr PropertyTag kLocalCommitTime = 0x67090040, kLocalCommitTimeMax = 0x670A0040,
                             kDeletedCountTotal = 0x670B0003, kContentCount = 0x36020003,
                             kAssociatedContentCount = 0x36170003, kFolderType = 0x36010003,
                             kIpmDraftsEntryId = 0x36D70102, kAdditionalRenEntryIds = 0x36D81102;

}  // namespace mapisync::mapihttp::tags
