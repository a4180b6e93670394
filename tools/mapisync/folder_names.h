// Paths of the folders of a store, as reports show them. Values; any thread.
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
  /// "Inbox/Projects"; "(root)" for the root itself; the number for a folder that is not in the store.
  std::string path(FolderId id) const;
  const FolderRecord* find(FolderId id) const;
  /// Null above the topmost.
  const FolderRecord* parent_of(const FolderRecord& folder) const;
  /// Whether one of the shell patterns matches the path; no patterns match everything.
  static bool matches(const std::string& path, const std::vector<std::string>& patterns);

 private:
  std::vector<FolderRecord> records_;
  std::map<FolderId, std::size_t> by_id_;
  std::map<FolderKey, std::size_t> by_key_;
};

}  // namespace mapisync::cli
