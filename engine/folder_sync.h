// One folder, from open to commit (design section 5). Start reading here.
#pragma once

#include "engine/sync_run.h"

namespace mapisync {

/// What a folder's work led to, for whoever goes on to the next folder.
struct FolderEnd {
  bool server_unreachable{false};  // not even a new session could be had
};

/// The whole flow. A failure is ours (store, sink, spool); everything about the server is in `report`.
Result<FolderEnd> sync_folder(SyncRun& run, const FolderRecord& record, FolderReport& report);

/// More isolation for a folder that had used up its share of the budget.
Result<FolderEnd> resume_folder(SyncRun& run, const FolderRecord& record, FolderReport& report);

/// When all folders have been seen: held deletions that turned out to be moves, and the report's totals.
Result<void> close_folder(SyncRun& run, const FolderRecord& record, FolderReport& report);

/// What is held of a folder that this run did not get to.
Result<void> tell_folder(SyncRun& run, const FolderRecord& record, FolderReport& report);

}  // namespace mapisync
