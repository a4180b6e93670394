// The recording decorator of an export, and of the importer that it is given. Internal to providers/trace.
#pragma once

#include <memory>

#include "engine/ports/exporter.h"
#include "providers/trace/recording_object.h"

namespace mapisync::trace {

class RecordingExporter final : public Exporter, ChangeImporter, Recorded<Exporter> {
 public:
  using Recorded::Recorded;
  Result<void> config(const ConfigOptions& options, ChangeImporter& importer) override;
  Result<void> config_for_selective_sync(const ConfigOptions& options, std::span<const SelectiveItem> items,
                                         ChangeImporter& importer) override;
  Result<StepResult> synchronize(const StopFlag& stop, std::optional<Duration> deadline) override;
  Result<SyncState> update_state() override;

 private:
  // What the server tells, on its way to the engine.
  Result<std::unique_ptr<StagedMessage>> message_begin(const MessageHeader& header) override;
  Result<void> deletions(std::span<const SourceKey> keys, DeletionKind kind) override;
  Result<void> read_states(std::span<const ReadStateChange> changes) override;
  Result<void> message_error(const MessageError& error) override;

  ChangeImporter* importer_{nullptr};
  std::uint64_t parts_{0};  // messages, attachments and streams of this export so far
};

}  // namespace mapisync::trace
