#include "providers/trace/recording_hierarchy.h"

namespace mapisync::trace {

Result<void> RecordingHierarchy::config(const SyncState& state, HierarchyImporter& importer) {
  importer_ = &importer;
  Packer how = args();
  fields(how, state);
  return record(Op::hierarchy_config, how, [&] { return inner_->config(state, *this); });
}

Result<StepResult> RecordingHierarchy::synchronize(const StopFlag& stop, std::optional<Duration> deadline) {
  return record(
      Op::hierarchy_synchronize, pack_step(args(), deadline),
      [&] { return inner_->synchronize(recorder_.asked(stop), deadline); },
      [](Packer& payload, const StepResult& step) { fields(payload, step); });
}

Result<SyncState> RecordingHierarchy::update_state() {
  return record(
      Op::hierarchy_state, args(), [&] { return inner_->update_state(); },
      [](Packer& payload, const SyncState& state) { fields(payload, state); });
}

Result<void> RecordingHierarchy::folder_changed(const FolderInfo& info) {
  auto taken = importer_->folder_changed(info);
  Packer payload = args();
  fields(payload, info);
  recorder_.note(Kind::folder_changed, payload);
  return taken;
}

Result<void> RecordingHierarchy::folders_deleted(std::span<const FolderKey> keys) {
  auto taken = importer_->folders_deleted(keys);
  Packer payload = args();
  payload.list(keys, [&payload](const FolderKey& key) { payload.id(key); });
  recorder_.note(Kind::folders_deleted, payload);
  return taken;
}

}  // namespace mapisync::trace
