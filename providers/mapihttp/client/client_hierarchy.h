// HierarchyExporter over the wire: the folders below a root, by ICS. One thread.
#pragma once

#include <memory>
#include <optional>

#include "engine/ports/provider.h"
#include "providers/mapihttp/client/download.h"
#include "providers/mapihttp/client/folder_rows.h"
#include "providers/mapihttp/client/open_folder.h"

namespace mapisync::mapihttp {

class HierarchyIntake;

class ClientHierarchyExporter final : public HierarchyExporter {
 public:
  /// `root.scope` is that of its hierarchy.
  ClientHierarchyExporter(OpenFolder root, FolderRoles roles);
  ~ClientHierarchyExporter() override;

  Result<void> config(const SyncState& state, HierarchyImporter& importer) override;
  Result<StepResult> synchronize(const StopFlag& stop, std::optional<Duration> deadline) override;
  Result<SyncState> update_state() override;

 private:
  Result<StepResult> step(const StopFlag& stop, std::optional<Duration> deadline);

  OpenFolder root_;
  FolderRoles roles_;
  ClientState state_;
  SyncState configured_;
  std::unique_ptr<HierarchyIntake> intake_;
  std::unique_ptr<Download> download_;  // after the intake: it calls it
  std::optional<Failure> failed_;
  bool done_{false};
};

}  // namespace mapisync::mapihttp
