#include "engine/adoption/folder_match.h"

#include <algorithm>

namespace mapisync {

namespace {

class FolderMatch {
 public:
  FolderMatch(const std::vector<FolderRecord>& ours, const std::vector<FolderInfo>& theirs) {
    for (const FolderRecord& record : ours) {
      if (record.deleted_at || record.info.kind == FolderKind::search) continue;
      ours_.push_back(&record);
      if (record.info.is_root) our_root_ = record.info.key;
    }
    for (const FolderInfo& info : theirs) {
      if (info.kind == FolderKind::search) continue;
      theirs_.push_back(&info);
      if (info.is_root) their_root_ = info.key;
    }
  }

  std::map<FolderId, FolderInfo> match() {
    pair_where([](const FolderInfo& a, const FolderInfo& b) { return a.is_root && b.is_root; });
    pair_where([](const FolderInfo& a, const FolderInfo& b) { return a.key == b.key && a.is_root == b.is_root; });
    pair_where([](const FolderInfo& a, const FolderInfo& b) { return a.role != FolderRole::none && a.role == b.role; });
    // Parents come first, so that whoever is looked for has a parent that was looked for before.
    pair_where([this](const FolderInfo& a, const FolderInfo& b) {
      if (a.is_root || b.is_root || a.name != b.name) return false;
      const auto parent = of_theirs_.find(parent_of(b, their_root_));
      return parent != of_theirs_.end() && parent->second == parent_of(a, our_root_);
    });
    return std::move(pairs_);
  }

 private:
  static const FolderKey& parent_of(const FolderInfo& info, const FolderKey& root) {
    return info.parent.empty() ? root : info.parent;
  }

  template <class Same>
  void pair_where(Same same) {
    for (const FolderInfo* their : theirs_) {
      if (of_theirs_.contains(their->key)) continue;
      const auto our = std::find_if(ours_.begin(), ours_.end(),
                                    [&](const FolderRecord* record) { return same(record->info, *their); });
      if (our == ours_.end()) continue;
      pairs_.emplace((*our)->id, *their);
      of_theirs_.emplace(their->key, (*our)->info.key);
      ours_.erase(our);
    }
  }

  std::vector<const FolderRecord*> ours_;  // not found yet
  std::vector<const FolderInfo*> theirs_;
  FolderKey our_root_, their_root_;
  std::map<FolderId, FolderInfo> pairs_;
  std::map<FolderKey, FolderKey> of_theirs_;  // their key -> our key
};

}  // namespace

std::map<FolderId, FolderInfo> match_folders(const std::vector<FolderRecord>& ours,
                                             const std::vector<FolderInfo>& theirs) {
  return FolderMatch(ours, theirs).match();
}

}  // namespace mapisync
