#include "providers/fake/fake_hierarchy.h"

#include <unordered_map>

#include "providers/fake/server_codes.h"

namespace mapisync::fake {
namespace {

constexpr std::size_t kFoldersPerStep = 100;

std::uint64_t number_of(const FolderRecord& folder) { return static_cast<std::uint64_t>(folder.id); }

}  // namespace

FolderInfo seen_from(const FolderRecord& folder, FakeFolderId root) {
  FolderInfo info = folder.info;
  if (folder.parent == root) info.parent = FolderKey();
  info.is_root = false;
  return info;
}

FakeHierarchyExporter::FakeHierarchyExporter(Below below, FakeFolderId root)
    : below_(std::move(below)), server_(*below_.server), root_(root) {}

Result<FakeState> FakeHierarchyExporter::usable_state(const SyncState& given) {
  FakeMailbox& box = server_.mailbox();
  MAPISYNC_TRY(root, box.folder_record(root_));
  if (root.deleted) return server_failure(Errc::object_deleted, "the root folder was deleted");
  MAPISYNC_TRY(identity, box.identity());
  MAPISYNC_TRY(age, box.state_age());
  FakeState fresh;
  fresh.kind = StateKind::hierarchy;
  fresh.scope = scope_of(root.info.key, identity.mapping_signature);
  fresh.age = age;
  if (given.empty()) return fresh;
  if (server_.profile().refuse_states) return server_failure(Errc::state_rejected, "this server refuses every state");
  MAPISYNC_TRY(state, FakeState::decode(given.bytes));
  if (state.kind != StateKind::hierarchy || state.scope != fresh.scope) {
    return server_failure(Errc::state_rejected, "a state of another root, database or kind of run");
  }
  state.age = age;
  return std::move(state);
}

Result<void> FakeHierarchyExporter::config(const SyncState& state, HierarchyImporter& importer) {
  if (failed_) return *failed_;
  MAPISYNC_TRYV(below_.enter(PortCall::hierarchy_config));
  if (phase_ != Phase::fresh) return server_failure(Errc::unconfigured, "an exporter is configured once");
  MAPISYNC_TRY(usable, usable_state(state));
  MAPISYNC_TRY(folders, server_.mailbox().descendants(root_));
  state_ = std::move(usable);
  initial_ = state;
  importer_ = &importer;
  for (FolderRecord& folder : folders) {
    const bool known = state_.seen.contains(folder.change_number) && state_.given.contains(number_of(folder));
    if (!known) changes_.push_back(std::move(folder));
  }
  phase_ = Phase::changes;
  return success();
}

Result<StepResult> FakeHierarchyExporter::synchronize(const StopFlag& stop, std::optional<Duration> /*deadline*/) {
  if (failed_) return *failed_;
  Result<void> entered = below_.enter(PortCall::hierarchy_synchronize);
  if (entered && phase_ == Phase::fresh) return server_failure(Errc::unconfigured, "synchronize before config");
  if (!entered) {
    failed_ = std::move(entered).error();
    return *failed_;
  }
  Result<StepResult> result = step(stop);
  if (!result) failed_ = result.error();
  return result;
}

Result<StepResult> FakeHierarchyExporter::step(const StopFlag& stop) {
  const std::uint64_t steps = changes_.size();
  if (phase_ == Phase::done) return StepResult{true, steps, next_};
  for (std::size_t sent = 0; next_ < changes_.size(); ++next_, ++sent) {
    if (sent == kFoldersPerStep || stop.requested()) return StepResult{false, steps, next_};
    MAPISYNC_TRY(folder, server_.mailbox().folder_record(changes_[next_].id));
    if (folder.deleted) continue;  // since config
    Result<void> told = importer_->folder_changed(seen_from(folder, root_));
    if (!told) return refused(told.error());
    state_.given.add(number_of(folder));
    state_.seen.add(folder.change_number);
  }
  MAPISYNC_TRYV(report_deletions());
  phase_ = Phase::done;
  return StepResult{true, steps, next_};
}

Result<void> FakeHierarchyExporter::report_deletions() {
  MAPISYNC_TRY(folders, server_.mailbox().descendants(root_));
  IdSet gone = state_.given;
  for (const FolderRecord& folder : folders) gone.remove(number_of(folder));
  std::vector<FolderKey> keys;
  std::vector<std::uint64_t> numbers;
  gone.for_each([&](std::uint64_t number) { numbers.push_back(number); });
  for (const std::uint64_t number : numbers) {
    MAPISYNC_TRY(folder, server_.mailbox().folder_record(FakeFolderId(static_cast<std::int64_t>(number))));
    keys.push_back(folder.info.key);
    state_.given.remove(number);
  }
  if (keys.empty()) return success();
  Result<void> told = importer_->folders_deleted(keys);
  if (!told) return refused(told.error());
  return success();
}

Result<SyncState> FakeHierarchyExporter::update_state() {
  if (failed_) return *failed_;
  MAPISYNC_TRYV(below_.enter(PortCall::hierarchy_update_state));
  if (phase_ == Phase::fresh) return server_failure(Errc::unconfigured, "update_state before config");
  if (phase_ != Phase::done) return initial_;
  return state_.encode(StateOrigin::opaque);
}

}  // namespace mapisync::fake
