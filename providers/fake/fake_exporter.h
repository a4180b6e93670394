// One export of one folder, as the fake server does it: buffers, order, failures, leftovers, states.
// One thread. Errors are sticky: after a failure every call repeats it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/ports/exporter.h"
#include "providers/fake/change_plan.h"
#include "providers/fake/fake_server.h"
#include "providers/fake/fake_state.h"
#include "providers/fake/message_sender.h"

namespace mapisync::fake {

/// What every object below a mailbox holds: keeps logon and session alive, in spite of the caller's order of release.
struct Below {
  std::shared_ptr<FakeServer> server;
  std::shared_ptr<SessionState> session;
  std::shared_ptr<Token> logon;
  std::shared_ptr<Token> folder;  // of what was opened on a folder; null above
  Result<void> enter(PortCall call) const { return server->enter(call, session.get()); }
};

class FakeExporter : public Exporter {
 public:
  FakeExporter(Below below, FakeFolderId folder);

  Result<void> config(const ConfigOptions& options, ChangeImporter& importer) override;
  Result<void> config_for_selective_sync(const ConfigOptions& options, std::span<const SelectiveItem> items,
                                         ChangeImporter& importer) override;
  Result<StepResult> synchronize(const StopFlag& stop, std::optional<Duration> deadline) override;
  Result<SyncState> update_state() override;

 private:
  enum class Phase : std::uint8_t { fresh, settle_first, messages, settle_last, done };
  /// A message taken up, and what becomes of it. skip: nothing is said. name: the importer is told that it is bad.
  enum class Fate : std::uint8_t { skip, send, name, stop, stall };
  struct Prepared {
    Fate fate{Fate::skip};
    MessageRecord record;
    std::optional<MessageContent> content;  // nullopt: it could not be converted
    std::optional<Failure> failure;         // name, stop
  };
  /// A transfer buffer as far as it can be filled.
  struct Buffer {
    std::vector<Prepared> ready;
    std::size_t end{0};          // of order_; if cut short, where
    std::optional<Failure> why;  // the export ends here
    std::optional<Prepared> culprit;
    bool stalled{false};
    bool ready_arrive{true};  // in spite of a failure
  };

  Result<FolderRecord> living_folder();
  Result<void> check_options(const ConfigOptions& options, bool selective);
  Result<FakeState> within_retention(FakeState state, const FakeState& fresh);
  Result<FakeState> usable_state(const ConfigOptions& options);
  void start(const ConfigOptions& options, ChangeImporter& importer, bool selective);
  void arrange(std::vector<PlannedMessage> messages, bool may_repeat);
  Result<std::vector<PlannedMessage>> resolve(const ConfigOptions& options, std::span<const SelectiveItem> items);

  Result<StepResult> step(const StopFlag& stop);
  Result<void> catch_up();
  /// One transfer buffer.
  Result<void> send_buffer();
  std::size_t buffer_limit() const;
  Result<Prepared> prepare(const PlannedMessage& planned);
  Buffer fill_buffer();
  Result<void> send(Prepared prepared);
  Result<void> leave_part(Prepared& culprit, std::vector<Prepared>& before);
  Result<void> begin_and_drop(const MessageRecord& record, std::optional<MessageContent> content);
  Result<void> settle();
  Result<void> noise();
  MessageHeader header_of(const MessageRecord& record) const;
  StepResult progress(bool done);
  Failure stop_for(Failure failure);

  Below below_;
  FakeServer& server_;
  FakeFolderId folder_;
  Token open_;
  ChangeImporter* importer_{nullptr};
  ConfigOptions options_;
  PropertyFilter filter_;
  bool selective_{false};
  bool spoiled_{false};  // configured with a state that will fail
  Phase phase_{Phase::fresh};
  std::optional<Failure> failed_;
  FakeState initial_;
  ChangePlan plan_;
  std::optional<FakeState> caught_up_;
  std::vector<PlannedMessage> order_;
  std::size_t next_{0};
  std::uint64_t whole_{0};  // messages sent
  bool stalled_{false};
  bool end_announced_{false};
};

}  // namespace mapisync::fake
