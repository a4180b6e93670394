// One run of the engine, and one folder within it: what is passed around instead of being global. Only the engine's own
// thread writes here.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/budget.h"
#include "engine/connection.h"
#include "engine/isolation/call_price.h"
#include "engine/isolation/lost_places.h"
#include "engine/mailbox_sync.h"
#include "engine/model/checkpoint.h"
#include "engine/model/folder.h"
#include "engine/retry_policy.h"
#include "engine/totals.h"

namespace mapisync {

/// A deletion of this run, whose message may turn up in a folder that comes later.
struct DeletedInRun {
  SourceKey key;
  SearchKey search_key;
};

/// Under a limit a run may not get to every folder. The runs since the last one that was not incomplete form a *round*:
/// a folder that one of them finished counts as done, so that any limit comes to an end.
struct SyncRun {
  SyncEnvironment& env;
  const SyncOptions& options;
  const StopFlag& stop;
  Connection& connection;
  Budget& budget;
  RunId id{RunId::none};
  Capabilities capabilities{};             // what is known by now; learned entries are stored at the end of the run
  std::optional<SinkCoupling> coupling{};  // the sink's, once it has told
  NoiseRecord noise{};                     // of this run, all folders
  PriceEstimate prices{};                  // of this run's exports that delivered something
  RunId round_start{RunId::none};          // folders finished in this run or later need no second visit (see below)
  std::uint64_t folders_visited{0};
  bool all_folders_listed{false};  // in this run, by a folder tree that began from nothing
  bool folder_not_found{false};    // one that counts as living: the next run has to ask for the whole tree
  bool careful{false};  // the run before this one ended without a word: passes are written down beforehand, too
  std::uint64_t isolation_calls{0};  // exports of isolation so far: the first one is always allowed
  std::map<FolderId, std::vector<DeletedInRun>> deleted{};  // bounded per folder
  ProgressUpdate progress{};                                // last one told

  bool stopped() const noexcept { return stop.requested(); }
  SinkContext at(FolderId folder) const { return {folder, id, env.clock.now()}; }
  void tell(Phase phase, std::uint64_t remaining) {
    progress.phase = phase;
    progress.remaining = remaining;
    progress.calls = budget.calls_used();
    if (env.progress != nullptr) env.progress->update(progress);
  }
};

/// What is being asked for, as the store has it (engine/isolation/write_ahead.h).
struct AskingNow {
  Place place;
  bool open{false};     // the call is under way
  bool written{false};  // the store has a row
};

/// The folder that is being worked on.
struct FolderWork {
  SyncRun& run;
  FolderRecord record;
  FolderReport& report;
  FolderOpener opener;
  Checkpoint checkpoint;
  FolderTally tally;
  std::uint64_t listed{0};  // distinct keys of the last table read; 0 = none was read
  LostPlaces lost{};        // where the server or this process was lost
  AskingNow asking{};
  bool pass_failed{false};  // in this run: what it did not bring holds something that fails

  FolderId id() const noexcept { return record.id; }
  std::string label() const { return "folder " + record.info.key.digest(); }
};

}  // namespace mapisync
