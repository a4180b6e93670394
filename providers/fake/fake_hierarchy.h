// The hierarchy synchronizer of a root: its descendants, parents before children. One thread; errors are sticky.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/ports/provider.h"
#include "providers/fake/fake_exporter.h"

namespace mapisync::fake {

class FakeHierarchyExporter : public HierarchyExporter {
 public:
  FakeHierarchyExporter(Below below, FakeFolderId root);
  Result<void> config(const SyncState& state, HierarchyImporter& importer) override;
  Result<StepResult> synchronize(const StopFlag& stop, std::optional<Duration> deadline) override;
  Result<SyncState> update_state() override;

 private:
  enum class Phase : std::uint8_t { fresh, changes, done };
  Result<FakeState> usable_state(const SyncState& state);
  Result<StepResult> step(const StopFlag& stop);
  Result<void> report_deletions();

  Below below_;
  FakeServer& server_;
  FakeFolderId root_;
  HierarchyImporter* importer_{nullptr};
  Phase phase_{Phase::fresh};
  std::optional<Failure> failed_;
  SyncState initial_;
  FakeState state_;
  std::vector<FolderRecord> changes_;
  std::size_t next_{0};
};

/// As the port shows a folder below `root`: no parent for the root's children.
FolderInfo seen_from(const FolderRecord& folder, FakeFolderId root);

}  // namespace mapisync::fake
