#include "providers/trace/replaying_exporter.h"

#include <utility>

#include "providers/trace/message_player.h"
#include "providers/trace/recording_hierarchy.h"

namespace mapisync::trace {

namespace {

/// Plays what was told between a step's question and its answer.
template <class Tell>
Result<StepResult> play_step(ReplayLog& log, Op op, std::uint64_t object, const Packer& arguments, Tell tell) {
  MAPISYNC_TRYV(log.call(op, object, arguments));
  while (true) {
    MAPISYNC_TRY(record, log.step());
    if (record.kind != Kind::answer) {
      MAPISYNC_TRYV(tell(record));
      continue;
    }
    MAPISYNC_TRY(bytes, log.answer(record));
    StepResult step;
    Unpacker in(bytes);
    fields(in, step);
    if (auto whole = in.end_of(name_of(op)); !whole) return log.refuse(whole.error());
    return step;
  }
}

Failure unconfigured() { return fail(Errc::unconfigured, Scope::folder, Retry::never, "synchronize before config"); }

}  // namespace

Result<void> ReplayingExporter::config(const ConfigOptions& options, ChangeImporter& importer) {
  importer_ = &importer;
  Packer how = args();
  fields(how, options);
  return replay(Op::config, how);
}

Result<void> ReplayingExporter::config_for_selective_sync(const ConfigOptions& options,
                                                          std::span<const SelectiveItem> items,
                                                          ChangeImporter& importer) {
  importer_ = &importer;
  Packer how = args();
  fields(how, options);
  how.list(items, [&how](const SelectiveItem& item) { fields(how, item); });
  return replay(Op::config_selective, how);
}

Result<StepResult> ReplayingExporter::synchronize(const StopFlag& /*stop*/, std::optional<Duration> deadline) {
  if (importer_ == nullptr) return unconfigured();
  MessagePlayer player(log_, *importer_);
  return play_step(log_, Op::synchronize, number_, pack_step(args(), deadline),
                   [&player](const Record& record) { return player.play(record); });
}

Result<SyncState> ReplayingExporter::update_state() {
  return replay<SyncState>(Op::update_state, args(), [](Unpacker& in, SyncState& state) { fields(in, state); });
}

Result<void> ReplayingHierarchy::config(const SyncState& state, HierarchyImporter& importer) {
  importer_ = &importer;
  Packer how = args();
  fields(how, state);
  return replay(Op::hierarchy_config, how);
}

Result<StepResult> ReplayingHierarchy::synchronize(const StopFlag& /*stop*/, std::optional<Duration> deadline) {
  if (importer_ == nullptr) return unconfigured();
  return play_step(log_, Op::hierarchy_synchronize, number_, pack_step(args(), deadline),
                   [this](const Record& record) { return tell(record); });
}

Result<SyncState> ReplayingHierarchy::update_state() {
  return replay<SyncState>(Op::hierarchy_state, args(), [](Unpacker& in, SyncState& state) { fields(in, state); });
}

Result<void> ReplayingHierarchy::tell(const Record& record) {
  Unpacker in(record.payload);
  if (record.kind == Kind::folder_changed) {
    FolderInfo info;
    fields(in, info);
    if (auto whole = in.end_of("a folder"); !whole) return log_.refuse(whole.error());
    return importer_->folder_changed(info);
  }
  if (record.kind != Kind::folders_deleted) {
    return log_.refuse(malformed("a hierarchy export tells of something else than folders"));
  }
  std::vector<FolderKey> keys;
  in.list(keys, [&in](FolderKey& key) { in.id(key); });
  if (auto whole = in.end_of("deleted folders"); !whole) return log_.refuse(whole.error());
  return importer_->folders_deleted(keys);
}

}  // namespace mapisync::trace
