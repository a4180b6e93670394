#include "providers/trace/recording_exporter.h"

#include "providers/trace/recording_hierarchy.h"
#include "providers/trace/recording_message.h"

namespace mapisync::trace {

Result<void> RecordingExporter::config(const ConfigOptions& options, ChangeImporter& importer) {
  importer_ = &importer;
  Packer how = args();
  fields(how, options);
  return record(Op::config, how, [&] { return inner_->config(options, *this); });
}

Result<void> RecordingExporter::config_for_selective_sync(const ConfigOptions& options,
                                                          std::span<const SelectiveItem> items,
                                                          ChangeImporter& importer) {
  importer_ = &importer;
  Packer how = args();
  fields(how, options);
  how.list(items, [&how](const SelectiveItem& item) { fields(how, item); });
  return record(Op::config_selective, how, [&] { return inner_->config_for_selective_sync(options, items, *this); });
}

Result<StepResult> RecordingExporter::synchronize(const StopFlag& stop, std::optional<Duration> deadline) {
  return record(
      Op::synchronize, pack_step(args(), deadline),
      [&] { return inner_->synchronize(recorder_.asked(stop), deadline); },
      [](Packer& payload, const StepResult& step) { fields(payload, step); });
}

Result<SyncState> RecordingExporter::update_state() {
  return record(
      Op::update_state, args(), [&] { return inner_->update_state(); },
      [](Packer& payload, const SyncState& state) { fields(payload, state); });
}

Result<std::unique_ptr<StagedMessage>> RecordingExporter::message_begin(const MessageHeader& header) {
  auto begun = importer_->message_begin(header);
  const std::uint64_t part = ++parts_;
  Packer payload = args();
  payload.number(part);
  payload.number(begun && begun.value() != nullptr);  // wanted
  fields(payload, header);
  recorder_.note(Kind::message, payload);
  recorder_.flush();  // should this message end the process, it is the last one that the trace names
  if (!begun || begun.value() == nullptr) return begun;
  return record_message(std::move(begun).value(), PartRecorder{recorder_, parts_, part});
}

Result<void> RecordingExporter::deletions(std::span<const SourceKey> keys, DeletionKind kind) {
  auto taken = importer_->deletions(keys, kind);
  Packer payload = args();
  payload.choice(kind, DeletionKind::expiry);
  payload.list(keys, [&payload](const SourceKey& key) { payload.id(key); });
  recorder_.note(Kind::deletions, payload);
  return taken;
}

Result<void> RecordingExporter::read_states(std::span<const ReadStateChange> changes) {
  auto taken = importer_->read_states(changes);
  Packer payload = args();
  payload.list(changes, [&payload](const ReadStateChange& change) { fields(payload, change); });
  recorder_.note(Kind::read_states, payload);
  return taken;
}

Result<void> RecordingExporter::message_error(const MessageError& error) {
  auto taken = importer_->message_error(error);
  Packer payload = args();
  payload.id(error.key);
  fields(payload, error.failure);
  payload.optional(error.listed, [&payload](const TableRow& row) { fields(payload, row); });
  recorder_.note(Kind::message_error, payload);
  return taken;
}

}  // namespace mapisync::trace
