// Looks without touching: the tables of the source against ledger and unsettled messages. Writes nothing, exports
// nothing. Serves `verify`, `forecast` and `sync --dry-run`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/mailbox_sync.h"

namespace mapisync {

struct FolderSurvey {
  FolderId id{FolderId::none};  // none: not in the store yet
  std::string path;
  std::uint64_t listed{0};    // distinct keys of the tables
  std::uint64_t in_step{0};   // same version in the ledger
  std::uint64_t to_fetch{0};  // new or changed, held by nobody
  std::uint64_t pending{0}, quarantined{0}, suspected{0}, refused{0};
  std::uint64_t to_delete{0};  // in the ledger, not listed
  std::uint64_t held{0};
  std::uint64_t open_sized{0}, open_bytes{0};  // of to_fetch and pending: rows whose size the table tells, and these
  std::uint64_t recognised{0};                 // of a new instance: ours under another key or version
  std::uint64_t read_differs{0};
  std::uint64_t unidentified{0};   // rows without source key
  std::uint64_t unversioned{0};    // rows without change key: equal source keys is all that can be said
  std::optional<Failure> failure;  // the folder could not be read
  bool in_step_now() const noexcept {
    return !failure && to_fetch == 0 && pending == 0 && to_delete == 0 && read_differs == 0;
  }
};

struct SurveyReport {
  bool identity_changed{false};
  bool would_accept{false};  // and the options say to go on with the new instance
  bool first_time{false};    // the store has no mailbox yet
  std::vector<FolderSurvey> folders;
  std::uint64_t folders_gone{0};  // in the store, not at the source
  // What provider and earlier runs know of selective exports (engine/ports/capabilities.h).
  Known selective_sync{Known::unknown};
  std::uint32_t selective_list_max{0};
};

/// environment.sink and .spool are not used.
Result<SurveyReport> survey(const SyncEnvironment& environment, const SyncOptions& options, const StopFlag& stop);

}  // namespace mapisync
