#include "tools/mapisync/folder_names.h"

#include <utility>

#include "engine/hierarchy_sync.h"

namespace mapisync::cli {

Result<FolderNames> FolderNames::load(Store& store) {
  MAPISYNC_TRY(records, store.folders());
  FolderNames names;
  names.records_ = std::move(records);
  names.paths_ = folder_paths(names.records_);
  for (std::size_t i = 0; i < names.records_.size(); ++i) {
    names.by_id_[names.records_[i].id] = i;
    names.by_key_[names.records_[i].info.key] = i;
  }
  return names;
}

const FolderRecord* FolderNames::find(FolderId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &records_[found->second];
}

const FolderRecord* FolderNames::parent_of(const FolderRecord& folder) const {
  const auto found = by_key_.find(folder.info.parent);
  return folder.info.parent.empty() || found == by_key_.end() ? nullptr : &records_[found->second];
}

std::string FolderNames::path(FolderId id) const {
  if (id == FolderId::none) return "(mailbox)";
  if (const auto path = paths_.find(id); path != paths_.end()) return path->second;
  const FolderRecord* folder = find(id);
  return folder != nullptr ? folder->info.name : "(folder " + std::to_string(static_cast<std::int64_t>(id)) + ")";
}

}  // namespace mapisync::cli
