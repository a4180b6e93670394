// Finding messages of the quarantine by what people type. One caller at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/store.h"
#include "tools/mapisync/folder_names.h"

namespace mapisync::cli {

struct QuarantineFilter {
  std::vector<std::string> folders;   // patterns; empty = all
  std::optional<UnsettledClass> cls;  // absent: quarantined, suspected and refused
};

struct FoundRow {
  FolderId folder{FolderId::none};
  UnsettledRow row;
};

/// Every row that the filter lets through, by folder and key, in bounded memory. `visit` answers false to stop.
Result<void> for_each_row(Store& store, const FolderNames& names, const QuarantineFilter& filter,
                          const std::function<Result<bool>(const FoundRow&)>& visit);

/// The rows that `word` names: see names_key. Errc::not_found for none.
Result<std::vector<FoundRow>> rows_named(Store& store, const FolderNames& names, const std::string& word);

/// What the runs on record did about one message, oldest first.
Result<std::vector<Event>> history_of(Store& store, FolderId folder, const SourceKey& key);

/// The messages with these keys are tried at the next run, whatever their waiting time says. Errc::not_found changes
/// nothing.
Result<void> make_due(Store& store, const std::vector<std::string>& words, Timestamp now);

}  // namespace mapisync::cli
