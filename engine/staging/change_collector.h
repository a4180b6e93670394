// The ChangeImporter of the engine: it stages whole messages and claims, and touches nothing else. Decisions are made
// after the step returns, at our own pace. One per export.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/ports/change_importer.h"
#include "engine/ports/spool.h"
#include "engine/staging/message_stage.h"

namespace mapisync {

struct DeletionClaim {
  SourceKey key;
  DeletionKind kind{DeletionKind::hard};
};

class ChangeCollector final : public ChangeImporter {
 public:
  ChangeCollector(Spool& spool, StageLimits limits);

  Result<std::unique_ptr<StagedMessage>> message_begin(const MessageHeader& header) override;
  Result<void> deletions(std::span<const SourceKey> keys, DeletionKind kind) override;
  Result<void> read_states(std::span<const ReadStateChange> changes) override;
  Result<void> message_error(const MessageError& error) override;

  /// Messages saved since the last take, in the order they came.
  std::vector<DeliveredMessage> take_messages();
  std::size_t staged_messages() const noexcept { return messages_.size(); }
  std::uint64_t staged_bytes() const noexcept { return staged_bytes_; }
  std::uint64_t callbacks() const noexcept { return callbacks_; }

  /// The message that was begun last and not saved: a hint at what broke the export, no more.
  const std::optional<SourceKey>& begun() const noexcept { return begun_; }
  const std::vector<DeletionClaim>& deletion_claims() const noexcept { return deletions_; }
  const std::vector<ReadStateChange>& read_state_changes() const noexcept { return read_states_; }
  const std::vector<MessageError>& errors() const noexcept { return errors_; }
  /// A failure on our side (the spool): not the server's fault.
  const std::optional<Failure>& own_failure() const noexcept { return own_failure_; }

 private:
  Result<void> saved(MessageHeader header, MessageContent content, std::uint64_t bytes);

  Spool& spool_;
  StageLimits limits_;
  std::vector<DeliveredMessage> messages_;
  std::uint64_t staged_bytes_{0};
  std::uint64_t callbacks_{0};
  std::optional<SourceKey> begun_;
  std::vector<DeletionClaim> deletions_;
  std::vector<ReadStateChange> read_states_;
  std::vector<MessageError> errors_;
  std::optional<Failure> own_failure_;
};

}  // namespace mapisync
