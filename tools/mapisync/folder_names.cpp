#include "tools/mapisync/folder_names.h"

#include <fnmatch.h>

#include <algorithm>

namespace mapisync::cli {

namespace {

/// A name may hold a slash; in a path it is told apart from those between names.
std::string component(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (c == '/') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

Result<FolderNames> FolderNames::load(Store& store) {
  MAPISYNC_TRY(records, store.folders());
  FolderNames names;
  names.records_ = std::move(records);
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
  const FolderRecord* at = find(id);
  if (at == nullptr)
    return id == FolderId::none ? "(mailbox)" : "folder " + std::to_string(static_cast<std::int64_t>(id));
  if (at->info.is_root) return "(root)";
  std::string path = component(at->info.name);
  // A damaged store may hold a ring of parents: no path is longer than there are folders.
  for (std::size_t step = 0; step < records_.size(); ++step) {
    at = parent_of(*at);
    if (at == nullptr || at->info.is_root) break;
    path.insert(0, component(at->info.name) + '/');
  }
  return path;
}

bool FolderNames::matches(const std::string& path, const std::vector<std::string>& patterns) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
           return ::fnmatch(pattern.c_str(), path.c_str(), 0) == 0;
         });
}

}  // namespace mapisync::cli
