// Puts messages together again from a stream. One thread.
#pragma once

#include <string>
#include <vector>

#include "engine/model/message.h"
#include "providers/mapihttp/wire/fast_transfer_handler.h"

namespace mapisync::emulator::test {

/// Messages that ended; properties of the wire alone (Mid, RowId) are left out.
class ContentBuilder final : public wire::FastTransferHandler {
 public:
  struct Message {
    wire::ChangeHeader header;
    bool has_header{false};
    MessageContent content;
  };
  std::vector<Message> messages;
  std::size_t voided{0};

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
  Result<void> warning(std::uint32_t) override { return success(); }
  Result<void> folder_change(PropertyList) override { return success(); }
  Result<void> deletions(const wire::StreamDeletions&) override { return success(); }
  Result<void> read_states(const wire::StreamReadStates&) override { return success(); }
  Result<void> state(const wire::StreamState&) override { return success(); }

 private:
  PropertyList& list();
  Message open_;
  std::vector<MessageContent*> contents_;  // from the message to the innermost one
  std::vector<PropertyList*> lists_;
  Property large_;
  Bytes large_bytes_;
};

}  // namespace mapisync::emulator::test
