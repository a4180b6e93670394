#include "tools/emulator/message_copies.h"

#include "providers/mapihttp/wire/constants.h"
#include "tools/emulator/message_stream.h"
#include "tools/emulator/object_properties.h"

namespace mapisync::emulator {

namespace marker = wire::marker;

Result<StreamPart> MessageList::part() {
  MAPISYNC_TRY(bytes, to_.take());
  StreamPart part;
  part.bytes = std::move(bytes);
  return part;
}

Result<void> MessageList::write_begin(const TakenMessage& message) {
  const fake::MessageRecord& record = message.record;
  to_.marker(record.associated ? marker::kStartFaiMsg : marker::kStartMessage);
  MAPISYNC_TRY(id, server_.replicas.id_of(record.native_key.bytes()));
  to_.property(wire::tag::kMid, wire::to_integer(server_.replicas.shorten(id)));
  if (!with_ids_) return success();
  to_.sized(pr::kSourceKey, record.source_key.bytes());
  to_.sized(pr::kChangeKey, record.change_key.bytes());
  to_.sized(pr::kPredecessorChangeList, record.predecessor_change_list);
  return success();
}

Result<StreamPart> MessageList::write(TakenMessage message) {
  const BadMessageForm& form = server_.script.form_of(message.record.name);
  const bool sound = message.fate == MessageFate::send;
  const bool shows = sound || message.fate == MessageFate::name || leaves_part(server_, message.record);
  if (shows && (sound || form.place != ErrorPlace::before_header)) MAPISYNC_TRYV(write_begin(message));
  if (sound) {
    MAPISYNC_TRYV(MessageStream(server_, to_).whole(*message.content));
    to_.marker(marker::kEndMessage);
    ++server_.fake->counts.messages_sent;
    MAPISYNC_TRY(whole, part());
    whole.whole_message = true;
    return std::move(whole);
  }
  if (shows && form.place != ErrorPlace::before_header && form.place != ErrorPlace::header) {
    MAPISYNC_TRYV(MessageStream(server_, to_).broken_off(*message.content, form.place));
  }
  const bool halved = message.fate == MessageFate::name && form.place == ErrorPlace::later_buffer;
  if (message.fate == MessageFate::name && !halved) MAPISYNC_TRYV(write_error_info(server_, to_, message));
  MAPISYNC_TRY(left, part());
  left.ends_buffer = halved;
  if (message.fate == MessageFate::stop) {
    left.failure = std::move(message.failure);
    left.abort = form.abort;
  }
  if (halved) named_ = std::move(message);
  return std::move(left);
}

Result<StreamPart> MessageList::next() {
  if (named_) {
    MAPISYNC_TRYV(write_error_info(server_, to_, *named_));
    named_.reset();
    return part();
  }
  while (next_ < mids_.size()) {
    MAPISYNC_TRY(message, take_message(server_, mids_[next_++], folder_, manner_));
    if (message.fate == MessageFate::stall) {
      StreamPart nothing;
      nothing.stalled = true;
      return nothing;
    }
    const bool silent =
        message.fate == MessageFate::gone || message.fate == MessageFate::hidden || message.fate == MessageFate::skip;
    if (!silent) return write(std::move(message));
  }
  MAPISYNC_TRY(end, part());
  end.last = true;
  return std::move(end);
}

Result<StreamPart> MessageCopy::next() {
  ExportManner alone = manner_;
  alone.recover = false;  // there is nothing to go on with
  MAPISYNC_TRY(message, take_message(server_, message_.mid, message_.folder, alone));
  StreamPart part;
  if (message.fate == MessageFate::stall) {
    part.stalled = true;
    return part;
  }
  if (message.fate != MessageFate::send) {
    if (message.failure) return *message.failure;
    return refusal(rop_code::kNotFound, "a message that is gone");
  }
  wire::FastTransferWriter to;
  MAPISYNC_TRYV(MessageStream(server_, to).whole(*message.content));
  MAPISYNC_TRY(bytes, to.take());
  part.bytes = std::move(bytes);
  part.whole_message = true;
  part.last = true;
  return part;
}

}  // namespace mapisync::emulator
