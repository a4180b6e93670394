// Streams of messages that were named one by one: messageList, messageContent; and of a state.
// [MS-OXCFXICS 2.2.4.3] One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "providers/mapihttp/wire/fast_transfer_writer.h"
#include "tools/emulator/download.h"
#include "tools/emulator/message_export.h"

namespace mapisync::emulator {

/// FastTransferSourceCopyMessages.
class MessageList : public StreamSource {
 public:
  MessageList(EmulatedServer& server, fake::FakeFolderId folder, std::vector<std::uint64_t> mids, bool with_ids,
              ExportManner manner)
      : server_(server), folder_(folder), mids_(std::move(mids)), with_ids_(with_ids), manner_(std::move(manner)) {}
  Result<StreamPart> next() override;

 private:
  Result<void> write_begin(const TakenMessage& message);
  Result<StreamPart> write(TakenMessage message);
  Result<StreamPart> part();

  EmulatedServer& server_;
  fake::FakeFolderId folder_;
  std::vector<std::uint64_t> mids_;
  bool with_ids_;
  ExportManner manner_;
  wire::FastTransferWriter to_;
  std::size_t next_{0};
  std::optional<TakenMessage> named_;
};

/// FastTransferSourceCopyTo of a message.
class MessageCopy : public StreamSource {
 public:
  MessageCopy(EmulatedServer& server, fake::MessageRecord message, ExportManner manner)
      : server_(server), message_(std::move(message)), manner_(std::move(manner)) {}
  Result<StreamPart> next() override;

 private:
  EmulatedServer& server_;
  fake::MessageRecord message_;
  ExportManner manner_;
};

/// GetTransferState.
class StateCopy : public StreamSource {
 public:
  explicit StateCopy(Bytes state) : state_(std::move(state)) {}
  Result<StreamPart> next() override {
    StreamPart part;
    part.bytes = state_;
    part.last = true;
    return part;
  }

 private:
  Bytes state_;
};

}  // namespace mapisync::emulator
