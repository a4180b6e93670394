// A message as elements of a FastTransfer stream: properties, recipients, attachments, embedded messages; whole, or
// broken off where a bad message fails. One thread at a time; borrows the server.
#pragma once

#include <optional>

#include "engine/base/result.h"
#include "engine/model/message.h"
#include "providers/mapihttp/wire/fast_transfer_writer.h"
#include "tools/emulator/emulated_server.h"

namespace mapisync::emulator {

class MessageStream {
 public:
  MessageStream(EmulatedServer& server, wire::FastTransferWriter& to) : server_(server), to_(to) {}

  /// What a messageChange or message has behind its header.
  Result<void> whole(const MessageContent& content);
  /// The beginning of it, up to `place`, with what is open there left open. `place` is not before the header's end.
  Result<void> broken_off(const MessageContent& content, ErrorPlace place);

  Result<void> properties(const PropertyList& list, std::size_t most);

 private:
  Result<void> property(const Property& property);
  Result<void> recipient(const Recipient& recipient, std::int32_t row);
  Result<void> attachment(const Attachment& attachment, std::int32_t number, int depth);
  Result<void> children(const MessageContent& content, int depth);
  Result<void> attachment_begin(const Attachment* attachment, std::int32_t number);

  EmulatedServer& server_;
  wire::FastTransferWriter& to_;
};

/// The header of a change.
Result<wire::ChangeHeader> header_of(EmulatedServer& server, const fake::MessageRecord& message,
                                     std::uint32_t extra_flags, bool native_keys, std::uint64_t size);

}  // namespace mapisync::emulator
