// The folders of the chosen root: by ICS, with a walk over the folder tables as fallback. Deletions of folders are
// claims like those of messages.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/sync_run.h"

namespace mapisync {

struct HierarchyOutcome {
  bool done{false};
  std::optional<Failure> failure;  // the server's
  std::uint64_t added{0}, deleted{0};
  bool deletions_held{false};
};

/// Brings the folder records of the store in line with the server's. A failure of the result is ours.
Result<HierarchyOutcome> sync_hierarchy(SyncRun& run, MailboxRecord& mailbox);

/// Paths by folder id, of living folders; '/' between names, the root's own path is its name.
std::map<FolderId, std::string> folder_paths(const std::vector<FolderRecord>& folders);

}  // namespace mapisync
