// A message taken up for a stream: its content, or what is wrong with it. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/result.h"
#include "engine/model/message.h"
#include "providers/fake/message_sender.h"
#include "providers/mapihttp/wire/fast_transfer_writer.h"
#include "tools/emulator/download.h"
#include "tools/emulator/emulated_server.h"

namespace mapisync::emulator {

/// How a stream goes on at a message.
enum class MessageFate : std::uint8_t { gone, hidden, send, name, skip, stop, stall };

struct TakenMessage {
  MessageFate fate{MessageFate::gone};
  fake::MessageRecord record;
  std::optional<MessageContent> content;
  std::optional<Failure> failure;  // name, skip, stop
};

struct ExportManner {
  bool recover{false};  // the client asked for RecoverMode
  fake::PropertyFilter filter;
};

/// Fails where nothing can be answered any more (server death), or where the mailbox fails.
Result<TakenMessage> take_message(EmulatedServer& server, std::uint64_t mid, fake::FakeFolderId folder,
                                  const ExportManner& manner);

/// What says that it is bad, as the script wants it: one errorInfo or two.
Result<void> write_error_info(EmulatedServer& server, wire::FastTransferWriter& to, const TakenMessage& message);

/// What is left of a message at which a stream stops; empty: nothing.
bool leaves_part(EmulatedServer& server, const fake::MessageRecord& message);

}  // namespace mapisync::emulator
