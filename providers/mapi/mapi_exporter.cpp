#include "providers/mapi/mapi_exporter.h"

#include <utility>

#include "providers/mapi/mapi_error.h"
#include "providers/mapi/memory_stream.h"
#include "providers/mapi/staged_objects.h"

namespace mapisync::mapi {
namespace {

Failure unconfigured(const char* what) { return fail(Errc::unconfigured, Scope::folder, Retry::never, what); }

ULONG buffer_of(const ConfigOptions& options) {
  return options.buffer_size == 0 ? 1 : options.buffer_size;  // 0 makes some exporters go on for ever
}

}  // namespace

MapiExporter::MapiExporter(Runtime runtime, ComPtr<IExchangeExportChanges> exporter, std::shared_ptr<NameMap> names)
    : runtime_(std::move(runtime)), names_(std::move(names)), exporter_(std::move(exporter)) {}

MapiExporter::~MapiExporter() {
  close_run();
  exporter_.reset();  // before what it was configured with
}

Result<void> MapiExporter::may_configure() const {
  if (failed_) return *failed_;
  if (phase_ != Phase::fresh) return unconfigured("an exporter is configured once");
  return success();
}

Failure MapiExporter::fail_for_good(Failure failure) {
  close_run();
  phase_ = Phase::failed;
  failed_ = std::move(failure);
  return *failed_;
}

void MapiExporter::open_run(ChangeImporter& importer) {
  run_ = std::make_shared<ImportRun>();
  run_->runtime = runtime_;
  run_->importer = &importer;
  run_->names = names_.get();
  collector_ = Collector::make(run_);
}

// What is open now is dropped, and cannot reach the importer any more, whoever still holds it.
void MapiExporter::close_run() noexcept {
  if (!run_) return;
  while (!run_->open_messages.empty()) run_->open_messages.back()->detach();
  run_->close();
}

Result<void> MapiExporter::config(const ConfigOptions& options, ChangeImporter& importer) {
  MAPISYNC_TRYV(may_configure());
  arguments_.set_properties(options);
  arguments_.set_excluded(options.excluded);
  open_run(importer);
  state_ = ComPtr<IStream>::adopt(MemoryStream::make(runtime_, options.state.bytes).release());
  const HRESULT code = exporter_->Config(state_.get(), options.flags, collector_.get(), arguments_.restriction(),
                                         arguments_.include(), arguments_.exclude(), buffer_of(options));
  if (code != hr::kOk) return fail_for_good(failure_of(runtime_, *exporter_.get(), code, "configure an export"));
  phase_ = Phase::configured;
  return success();
}

Result<void> MapiExporter::config_for_selective_sync(const ConfigOptions& options, std::span<const SelectiveItem> items,
                                                     ChangeImporter& importer) {
  MAPISYNC_TRYV(may_configure());
  auto selective = query<IExchangeExportChanges3>(*exporter_.get());
  if (!selective) {
    return fail_for_good(mapi_failure(hr::kNoInterface, "configure a selective export"));
  }
  arguments_.set_properties(options);
  arguments_.set_excluded({});
  const Result<void> listed = arguments_.set_items(items, options.id_form);
  if (!listed) return fail_for_good(listed.error());
  open_run(importer);
  state_ = ComPtr<IStream>::adopt(MemoryStream::make(runtime_, {}).release());
  const HRESULT code =
      selective->ConfigForSelectiveSync(state_.get(), options.flags, collector_.get(), arguments_.items(), nullptr,
                                        arguments_.include(), arguments_.exclude(), buffer_of(options));
  if (code != hr::kOk) {
    return fail_for_good(failure_of(runtime_, *exporter_.get(), code, "configure a selective export"));
  }
  phase_ = Phase::configured;
  return success();
}

Result<StepResult> MapiExporter::step() {
  for (std::uint32_t i = 0; i < limits::kStepsWithoutEdge; ++i) {
    ULONG steps = 0, progress = 0;
    const HRESULT code = exporter_->Synchronize(&steps, &progress);
    // Our own failure first: it may have been swallowed, and if not, this is what the code stands for.
    if (run_->failure) {
      if (run_->failure->context.empty()) run_->failure->context = "an exception while a message was staged";
      return *run_->failure;
    }
    if (code == hr::kOk) return StepResult{true, steps, progress};
    if (code != hr::kSyncProgress) return failure_of(runtime_, *exporter_.get(), code, "synchronize");
    if (run_->open_messages.empty()) return StepResult{false, steps, progress};
  }
  return fail(Errc::timeout, Scope::folder, Retry::later, "synchronize: a message that never ends");
}

Result<StepResult> MapiExporter::synchronize(const StopFlag& stop, std::optional<Duration> /*deadline*/) {
  if (failed_) return *failed_;
  if (phase_ == Phase::fresh) return unconfigured("synchronize before config");
  if (phase_ == Phase::done) return StepResult{true, 0, 0};
  if (stop.requested()) return StepResult{};
  Result<StepResult> result = step();
  if (!result) return fail_for_good(std::move(result).error());
  if (result.value().done) {
    close_run();
    phase_ = Phase::done;
  }
  return result;
}

Result<SyncState> MapiExporter::update_state() {
  if (failed_) return *failed_;
  if (phase_ == Phase::fresh) return unconfigured("update_state before config");
  // Never the stream that the exporter was configured with, and never one that holds an older state.
  const ComPtr<MemoryStream> fresh = MemoryStream::make(runtime_, {});
  const HRESULT code = exporter_->UpdateState(fresh.get());
  if (code != hr::kOk) return failure_of(runtime_, *exporter_.get(), code, "read the state");
  return SyncState{fresh->content(), StateOrigin::opaque};
}

}  // namespace mapisync::mapi
