// What a sync is told on the command line; also by `quarantine retry` and `deletions approve`, which are syncs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/sync_options.h"
#include "tools/mapisync/option_values.h"
#include "tools/mapisync/source.h"

namespace mapisync::cli {

struct SyncRequest {
  SourceRequest source;
  std::string mirror;               // a file
  SyncOptions options;              // its root_path is not used
  std::optional<std::string> root;  // absent: what the mirror was made with, else the whole mailbox
  bool mirror_must_exist{false};
  Format format{Format::text};
  bool dry_run{false};
  std::optional<std::string> record;  // a new file: the run is recorded there
  bool record_content{false};
  std::vector<std::string> due_now;  // keys of messages to be tried whatever their waiting time says
  bool tell_retried{false};          // also what became of these, or of all that are in quarantine
};

/// SOURCE, MIRROR.db, the limits and the options of a source. `request` outlives the parse.
void add_run_options(CLI::App& command, SyncRequest& request,
                     const std::vector<Format>& formats = {Format::text, Format::json});
/// Which folders.
void add_folder_options(CLI::App& command, SyncRequest& request);

}  // namespace mapisync::cli
