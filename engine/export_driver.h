// Drives one exporter from configuration to its end, and commits what arrives batch by batch. Knows nothing of
// verdicts.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "engine/folder_commit.h"
#include "engine/ports/exporter.h"
#include "engine/sync_run.h"

namespace mapisync {

struct ExportOutcome {
  bool done{false};                    // S_OK
  bool interrupted{false};             // not carried out: a stop, a limit, or there is no selective export
  std::optional<Failure> failure;      // the server's; exclusive with done
  bool reached{false};                 // there was an exporter to ask: what it answered is about the request
  std::uint64_t repeated{0};           // messages of a pass that its state knows, at the version we hold
  bool server_lost{false};             // in this call: nobody answers any more
  bool session_lost{false};            // everything below the provider must be opened again
  std::optional<SyncState> state;      // after done, where asked for
  std::optional<SourceKey> begun;      // begun and not saved when it ended
  std::vector<SourceKey> delivered;    // selective exports: keys that arrived and are committed
  std::vector<SourceKey> postponed;    // of these: the sink wants them later
  std::uint64_t messages{0};           // that arrived
  std::vector<DeliveredMessage> rest;  // arrived, not committed yet: the caller's last commit
  std::vector<DeletionClaim> deletions;
  std::vector<ReadStateChange> read_states;
  std::vector<MessageError> errors;  // messages the server named as bad
};

struct ExportRequest {
  ConfigOptions config;
  std::vector<SelectiveItem> items;  // not empty: selective
  Route route{Route::pass};
  bool keep_state{false};     // read the state after S_OK
  bool commit_states{false};  // composed states: commit one with every batch
  bool discard{false};        // a control: look at the keys, keep nothing
  /// Where a caller wants to commit the rest together with something else; otherwise everything that arrived is
  /// committed.
  bool leave_rest{false};
};

/// Runs the request against `opener`'s folder. A failure is ours (store, sink, spool); the server's is in the outcome.
Result<ExportOutcome> drive_export(FolderWork& work, FolderOpener& opener, const ExportRequest& request);

}  // namespace mapisync
