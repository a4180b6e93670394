// Paths of the folders of a store, as the engine's reports show them. Values; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/model/records.h"
#include "engine/ports/store.h"

namespace mapisync::cli {

class FolderNames {
 public:
  static Result<FolderNames> load(Store& store);

  const std::vector<FolderRecord>& records() const noexcept { return records_; }
  /// "Inbox/Projects"; a word in parentheses for the mailbox and for a folder that is not in the store.
  std::string path(FolderId id) const;
  const FolderRecord* find(FolderId id) const;
  /// Null above the topmost.
  const FolderRecord* parent_of(const FolderRecord& folder) const;

 private:
  std::vector<FolderRecord> records_;
  std::map<FolderId, std::string> paths_;
  std::map<FolderId, std::size_t> by_id_;
  std::map<FolderKey, std::size_t> by_key_;
};

}  // namespace mapisync::cli
