// Takes messages out of a FastTransfer stream and hands them to a ChangeImporter, object by object. Nothing is decided
// here, and nothing is held but the properties of the objects that are open. One thread; lives as long as its export.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/change_importer.h"
#include "providers/mapihttp/client/mailbox_link.h"
#include "providers/mapihttp/client/message_ref.h"
#include "providers/mapihttp/wire/fast_transfer_handler.h"

namespace mapisync::mapihttp {

/// What an export has to know of a message that came, or did not.
struct IntakeMessage {
  wire::GlobalId mid;            // none() where the server names no message
  wire::GlobalId change_number;  // none() where it did not tell
  bool associated{false};
};

/// Told as it happens; within a step.
class IntakeObserver {
 public:
  virtual ~IntakeObserver() = default;
  virtual void saved(const IntakeMessage& message) = 0;
  /// What is to be told of it. A failure ends the run.
  virtual Result<MessageError> named_bad(IntakeMessage message, Failure failure) = 0;
  /// What the server was told that we have: of a larger set these alone are worth naming.
  virtual const wire::ReplguidIdset& known() const = 0;
};

/// The ids of `told` that are worth naming: all of them, unless they are more than anybody would name one by one; then
/// those that are `known`. Errc::malformed if even these are more than `most`.
Result<wire::Globset> worth_naming(const wire::Globset& told, bool all, const wire::Globset* known, std::uint64_t most);

class MessageIntake final : public wire::FastTransferHandler {
 public:
  /// All are borrowed.
  MessageIntake(MailboxLink& link, ChangeImporter& importer, IntakeObserver& observer);
  ~MessageIntake() override { drop_open(); }
  MessageIntake(const MessageIntake&) = delete;
  MessageIntake& operator=(const MessageIntake&) = delete;

  const std::optional<wire::StreamState>& final_state() const noexcept { return state_; }
  const std::optional<wire::ProgressInformation>& announced() const noexcept { return announced_; }
  /// Messages and claims so far: whether a step has brought anything.
  std::uint64_t happened() const noexcept { return happened_; }
  std::uint64_t messages() const noexcept { return messages_; }

  Result<void> message_begin(const wire::ChangeHeader* header, bool associated) override;
  Result<void> message_end() override;
  Result<void> message_void(const wire::ExtendedErrorInfo& info) override;
  Result<void> property(Property property) override;
  Result<void> value_begin(PropertyTag tag, const std::optional<PropertyName>& name, std::uint64_t wire_size) override;
  Result<void> value_piece(BytesView piece) override;
  Result<void> value_end() override;
  Result<void> recipient_begin() override;
  Result<void> recipient_end() override;
  Result<void> attachment_begin() override;
  Result<void> attachment_end() override;
  Result<void> embedded_begin() override;
  Result<void> embedded_end() override;
  Result<void> progress_total(const wire::ProgressInformation& information) override;
  Result<void> warning(std::uint32_t code) override;
  Result<void> folder_change(PropertyList properties) override;
  Result<void> deletions(const wire::StreamDeletions& deletions) override;
  Result<void> read_states(const wire::StreamReadStates& read_states) override;
  Result<void> state(const wire::StreamState& state) override;

 private:
  enum class Kind : std::uint8_t { message, recipient, attachment };
  /// An open object. Its receiver is null where the message is not wanted.
  struct Object {
    Kind kind{Kind::message};
    std::unique_ptr<StagedMessage> message;
    std::unique_ptr<StagedAttachment> attachment;
    std::vector<Recipient> recipients;
    PropertyList properties;  // not handed over yet
    std::uint64_t bytes{0};   // of these
  };

  /// What is open is void; children first.
  void drop_open() noexcept;
  Result<void> begin(const MessageHeader& header);
  Result<void> begin_listed();
  Result<void> ready();
  Result<void> hand_over(Object& object);
  Result<void> save_message(Object object);
  void add_what_the_header_said();
  PropertyReceiver* receiver(Object& object) const noexcept;
  Result<std::vector<SourceKey>> keys_in(const wire::ReplidIdset& set);

  MailboxLink& link_;
  ChangeImporter& importer_;
  IntakeObserver& observer_;
  std::vector<Object> open_;
  IntakeMessage current_;
  std::optional<std::int64_t> modified_;  // of the header, until the properties say the same
  std::optional<std::uint32_t> size_;
  bool listed_{false};  // of a messageList, and its header has not been made yet
  std::unique_ptr<ValueStream> stream_;
  std::optional<Property> recipient_value_;  // a large one, which has no stream to go to
  bool dropping_{false};                     // a large value of a message that is not wanted
  std::optional<wire::StreamState> state_;
  std::optional<wire::ProgressInformation> announced_;
  std::uint64_t recipient_bytes_{0};
  std::uint64_t happened_{0}, messages_{0};
};

}  // namespace mapisync::mapihttp
