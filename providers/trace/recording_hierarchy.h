// The recording decorator of a hierarchy export. Internal to providers/trace.
#pragma once

#include <memory>

#include "engine/ports/provider.h"
#include "providers/trace/recording_object.h"

namespace mapisync::trace {

class RecordingHierarchy final : public HierarchyExporter, HierarchyImporter, Recorded<HierarchyExporter> {
 public:
  using Recorded::Recorded;
  Result<void> config(const SyncState& state, HierarchyImporter& importer) override;
  Result<StepResult> synchronize(const StopFlag& stop, std::optional<Duration> deadline) override;
  Result<SyncState> update_state() override;

 private:
  // What the server tells, on its way to the engine.
  Result<void> folder_changed(const FolderInfo& info) override;
  Result<void> folders_deleted(std::span<const FolderKey> keys) override;

  HierarchyImporter* importer_{nullptr};
};

/// The arguments of a step.
inline Packer pack_step(Packer packer, std::optional<Duration> deadline) {
  packer.optional(deadline, [&packer](const Duration& limit) { packer.span(limit); });
  return packer;
}

}  // namespace mapisync::trace
