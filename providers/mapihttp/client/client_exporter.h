// One export of one folder over the wire: ordinary by ICS, selective by copying messages by id. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/ports/exporter.h"
#include "providers/mapihttp/client/client_state.h"
#include "providers/mapihttp/client/download.h"
#include "providers/mapihttp/client/message_intake.h"
#include "providers/mapihttp/client/open_folder.h"

namespace mapisync::mapihttp {

class ClientExporter final : public Exporter, private IntakeObserver {
 public:
  /// Messages in one list: 8 bytes each, in a payload of less than 32 KiB.
  static constexpr std::uint32_t kSelectiveListMax = 3000;

  explicit ClientExporter(OpenFolder folder);

  Result<void> config(const ConfigOptions& options, ChangeImporter& importer) override;
  Result<void> config_for_selective_sync(const ConfigOptions& options, std::span<const SelectiveItem> items,
                                         ChangeImporter& importer) override;
  Result<StepResult> synchronize(const StopFlag& stop, std::optional<Duration> deadline) override;
  Result<SyncState> update_state() override;

 private:
  enum class Phase : std::uint8_t { fresh, running, done };

  void saved(const IntakeMessage& message) override;
  Result<MessageError> named_bad(IntakeMessage message, Failure failure) override;
  const wire::ReplguidIdset& known() const override { return state_.given; }

  Result<void> check(const ConfigOptions& options, bool selective) const;
  Result<void> start(const ConfigOptions& options, ChangeImporter& importer);
  Result<void> start_selective(const ConfigOptions& options, std::span<const SelectiveItem> items,
                               ChangeImporter& importer);
  Result<ServerObject> open_source(const ConfigOptions& options, bool recover);
  Result<ServerObject> open_copy(bool recover);
  Result<StepResult> step(const StopFlag& stop, std::optional<Duration> deadline);
  Result<void> finish();
  StepResult progress(bool done) const;
  Failure failed_with(Failure failure);

  OpenFolder folder_;
  MailboxLink& link_;
  Phase phase_{Phase::fresh};
  bool selective_{false};
  std::optional<Failure> failed_;
  ConfigOptions options_;
  std::unique_ptr<MessageIntake> intake_;
  std::unique_ptr<Download> download_;  // after the intake: it calls it
  ClientState state_;                   // at first as configured, then with what was saved; at the end the server's
  bool composable_{true};               // every message told its change number
  IdBag given_, seen_, seen_fai_;       // of what was saved since
  std::vector<IntakeMessage> bad_;
  std::optional<Failure> first_bad_;
  std::vector<wire::ShortId> wanted_;  // selective
};

}  // namespace mapisync::mapihttp
