// Which folder of another instance of the mailbox is which of ours. Pure.
#pragma once

#include <map>
#include <vector>

#include "engine/model/records.h"

namespace mapisync {

/// By key where keys were kept, else by role, else by name below a folder that was found. One to one. `ours`: deleted
/// ones are left out. `theirs`: the root first, parents before children; search folders are left out.
std::map<FolderId, FolderInfo> match_folders(const std::vector<FolderRecord>& ours,
                                             const std::vector<FolderInfo>& theirs);

}  // namespace mapisync
