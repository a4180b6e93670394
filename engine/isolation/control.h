// Controls: exports of known-good messages, which show that it is the mail and not the server (design 4.3).
#pragma once

#include <set>

#include "engine/export_driver.h"
#include "engine/isolation/place.h"
#include "engine/sync_run.h"

namespace mapisync {

enum class ControlResult : std::uint8_t {
  worked,
  none,        // no known-good message anywhere, or the only one failed: nothing is shown either way
  all_failed,  // several were tried and none worked: the server is sick
  interrupted,
};

class Controls {
 public:
  explicit Controls(FolderWork& work) : work_(work) {}

  /// Tries known-good messages of this folder, then of others, until one exports.
  Result<ControlResult> run();

 private:
  Result<ControlResult> try_folder(FolderWork& work, FolderOpener& opener, FolderId folder, std::uint32_t most);
  Result<ExportOutcome> ask(FolderWork& work, FolderOpener& opener, const ExportRequest& request, const Place& place);
  Result<void> note_failed(FolderId folder, const SourceKey& key, Errc code);
  Result<void> note_worked(FolderId folder, const SourceKey& key);

  FolderWork& work_;
  std::set<std::pair<FolderId, SourceKey>> failed_;  // at most controls_max per call
  std::uint32_t tried_{0};
};

/// The request of a selective export in the form that this server takes.
ExportRequest selective_request(const FolderWork& work, std::vector<SelectiveItem> items);

}  // namespace mapisync
