// Exports made of a trace. Internal to providers/trace.
#pragma once

#include <memory>

#include "engine/ports/provider.h"
#include "providers/trace/replaying_object.h"

namespace mapisync::trace {

class ReplayingExporter final : public Exporter, Replaying {
 public:
  using Replaying::Replaying;
  Result<void> config(const ConfigOptions& options, ChangeImporter& importer) override;
  Result<void> config_for_selective_sync(const ConfigOptions& options, std::span<const SelectiveItem> items,
                                         ChangeImporter& importer) override;
  Result<StepResult> synchronize(const StopFlag& stop, std::optional<Duration> deadline) override;
  Result<SyncState> update_state() override;

 private:
  ChangeImporter* importer_{nullptr};
};

class ReplayingHierarchy final : public HierarchyExporter, Replaying {
 public:
  using Replaying::Replaying;
  Result<void> config(const SyncState& state, HierarchyImporter& importer) override;
  Result<StepResult> synchronize(const StopFlag& stop, std::optional<Duration> deadline) override;
  Result<SyncState> update_state() override;

 private:
  Result<void> tell(const Record& record);

  HierarchyImporter* importer_{nullptr};
};

}  // namespace mapisync::trace
