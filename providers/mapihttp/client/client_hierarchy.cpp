#include "providers/mapihttp/client/client_hierarchy.h"

#include <utility>

#include "providers/mapihttp/client/hierarchy_intake.h"
#include "providers/mapihttp/client/state_upload.h"

namespace mapisync::mapihttp {

ClientHierarchyExporter::ClientHierarchyExporter(OpenFolder root, FolderRoles roles)
    : root_(std::move(root)), roles_(std::move(roles)) {}

ClientHierarchyExporter::~ClientHierarchyExporter() = default;

Result<void> ClientHierarchyExporter::config(const SyncState& state, HierarchyImporter& importer) {
  if (failed_) return *failed_;
  if (intake_ != nullptr) {
    return fail(Errc::unconfigured, Scope::mailbox, Retry::never, "an exporter is configured once");
  }
  MAPISYNC_TRY(usable, decode_state(state, root_.scope));
  state_ = std::move(usable);
  configured_ = state;
  wire::SynchronizationConfigureRequest configure;
  configure.sync_type = wire::sync_type::kHierarchy;
  configure.send_options = wire::send_options::kUnicode | wire::send_options::kForceUnicode;
  configure.flags = wire::sync_flags::kUnicode | wire::sync_flags::kNoForeignIdentifiers;
  configure.extra_flags = wire::sync_extra_flags::kEid;
  MAPISYNC_TRY(source, open_synchronization(*root_.link, root_.handle(), std::move(configure), state_));
  intake_ = std::make_unique<HierarchyIntake>(*root_.link, roles_, FolderKey(root_.scope.folder), importer);
  wire::ParserOptions options;
  options.root = wire::StreamRoot::hierarchy_sync;
  download_ = std::make_unique<Download>(root_.link, std::move(source), *intake_, options);
  return success();
}

Result<StepResult> ClientHierarchyExporter::synchronize(const StopFlag& stop, std::optional<Duration> deadline) {
  if (failed_) return *failed_;
  if (intake_ == nullptr) {
    return fail(Errc::unconfigured, Scope::mailbox, Retry::never, "synchronize before config");
  }
  auto result = step(stop, deadline);
  if (result) return result;
  failed_ = result.error();
  download_.reset();
  if (stop.requested() && failed_->errc() == Errc::cancelled) return StepResult{false, 0, intake_->folders()};
  return result;
}

Result<StepResult> ClientHierarchyExporter::step(const StopFlag& stop, std::optional<Duration> deadline) {
  if (!done_) {
    if (stop.requested()) return StepResult{false, 0, intake_->folders()};
    MAPISYNC_TRY(ended, download_->next({stop, deadline}));
    if (!ended) return StepResult{false, 0, intake_->folders()};
    download_.reset();
    if (!intake_->final_state()) return wire::malformed("the hierarchy ended without a state");
    if (const auto& given = intake_->final_state()->given) state_.given = *given;
    if (const auto& seen = intake_->final_state()->seen) state_.seen = *seen;
    done_ = true;
  }
  return StepResult{true, intake_->folders(), intake_->folders()};
}

Result<SyncState> ClientHierarchyExporter::update_state() {
  if (failed_) return *failed_;
  if (intake_ == nullptr) {
    return fail(Errc::unconfigured, Scope::mailbox, Retry::never, "update_state before config");
  }
  if (!done_) return configured_;
  return encode_state(state_, StateOrigin::opaque);
}

}  // namespace mapisync::mapihttp
