#include "providers/trace/message_player.h"

#include <algorithm>
#include <utility>

#include "providers/trace/content_fields.h"

namespace mapisync::trace {

namespace {
constexpr std::size_t kOpenPartsMax = 1'000;  // nested messages of a hostile trace; the importer has limits of its own
}

MessagePlayer::~MessagePlayer() {
  while (!open_.empty()) open_.pop_back();  // children before their parents
}

Result<void> MessagePlayer::play(const Record& record) {
  Unpacker in = log_.unpacker(record.payload);
  switch (record.kind) {
    case Kind::message: return begin(in);
    case Kind::properties: return properties(in);
    case Kind::recipients: return recipients(in);
    case Kind::stream: return open_stream(in);
    case Kind::piece: return piece(in);
    case Kind::stream_end: return end_stream(in);
    case Kind::attachment: return begin_attachment(in);
    case Kind::embedded: return begin_embedded(in);
    case Kind::saved: return save(in);
    case Kind::dropped: return drop(in);
    case Kind::deletions: return deletions(in);
    case Kind::read_states: return read_states(in);
    case Kind::message_error: return message_error(in);
    default: return log_.refuse(malformed("an export tells of something that is no change"));
  }
}

Result<void> MessagePlayer::whole(Unpacker& in) {
  auto read = in.end_of("a part of a message");
  if (!read) return log_.refuse(read.error());
  return log_.charge_memory(in.expanded());
}

MessagePlayer::Part& MessagePlayer::add(std::uint64_t number) {
  Part& part = open_.emplace_back();
  part.number = number;
  return part;
}

MessagePlayer::Part* MessagePlayer::part(Unpacker& in) {
  std::uint64_t number = 0;
  in.number(number);
  const auto found =
      std::find_if(open_.rbegin(), open_.rend(), [number](const Part& part) { return part.number == number; });
  if (found != open_.rend()) return &*found;
  in.refuse("a part of a message that is not open");
  return nullptr;
}

PropertyReceiver* MessagePlayer::receiver(Unpacker& in) {
  Part* owner = part(in);
  if (owner == nullptr) return nullptr;
  if (owner->message) return owner->message.get();
  if (owner->attachment) return owner->attachment.get();
  in.refuse("a value has no properties");
  return nullptr;
}

/// With all that is inside it, the innermost first.
void MessagePlayer::close(std::uint64_t number) {
  while (!open_.empty()) {
    const std::uint64_t last = open_.back().number;
    open_.pop_back();
    if (last == number) return;
  }
}

Result<void> MessagePlayer::begin(Unpacker& in) {
  std::uint64_t number = 0;
  bool wanted = false;
  MessageHeader header;
  in.number(number);
  in.number(wanted);
  fields(in, header);
  MAPISYNC_TRYV(whole(in));
  MAPISYNC_TRY(message, importer_.message_begin(header));
  if ((message != nullptr) != wanted) {
    return log_.diverge(message ? "message " + header.source_key.digest() + " is wanted" : "it is not wanted",
                        wanted ? "it was wanted" : "it was not wanted");
  }
  if (message) add(number).message = std::move(message);
  return success();
}

Result<void> MessagePlayer::properties(Unpacker& in) {
  PropertyReceiver* owner = receiver(in);
  PropertyList list;
  unpack_properties(in, list);
  MAPISYNC_TRYV(whole(in));
  return owner->set_properties(std::move(list));
}

Result<void> MessagePlayer::recipients(Unpacker& in) {
  Part* owner = part(in);
  std::vector<Recipient> list;
  in.list(list, [&in](Recipient& recipient) { unpack_properties(in, recipient.properties); });
  if (owner != nullptr && !owner->message) in.refuse("recipients of something that is no message");
  MAPISYNC_TRYV(whole(in));
  return owner->message->set_recipients(std::move(list));
}

Result<void> MessagePlayer::open_stream(Unpacker& in) {
  PropertyReceiver* owner = receiver(in);
  std::uint64_t number = 0;
  PropertyTag tag = 0;
  std::optional<PropertyName> name;
  std::uint64_t size_hint = 0;
  in.number(number);
  in.number(tag);
  unpack_name(in, name);
  in.number(size_hint);
  if (open_.size() >= kOpenPartsMax) in.refuse("too many parts within parts");
  MAPISYNC_TRYV(whole(in));
  MAPISYNC_TRY(stream, owner->open_stream(tag, std::move(name), size_hint));
  add(number).stream = std::move(stream);
  return success();
}

Result<void> MessagePlayer::piece(Unpacker& in) {
  Part* stream = part(in);
  Bytes bytes;
  in.raw(bytes);
  if (stream != nullptr && !stream->stream) in.refuse("content of something that is no value");
  MAPISYNC_TRYV(whole(in));
  stream->pieces = true;
  return stream->stream->write(bytes);
}

Result<void> MessagePlayer::end_stream(Unpacker& in) {
  Part* ended = part(in);
  bool committed = false;
  Bytes beginning;
  std::uint64_t size = 0;
  std::uint64_t hash = 0;
  in.number(committed);
  in.personal(beginning, size, hash);
  if (ended != nullptr && !ended->stream) in.refuse("the end of something that is no value");
  MAPISYNC_TRYV(whole(in));
  ValueStream& stream = *ended->stream;
  if (!ended->pieces) {
    if (!beginning.empty()) MAPISYNC_TRYV(stream.write(beginning));
    MAPISYNC_TRYV(write_stand_in(stream, size, hash));
  }
  if (committed) MAPISYNC_TRYV(stream.commit());
  close(ended->number);
  return success();
}

Result<void> MessagePlayer::write_stand_in(ValueStream& stream, std::uint64_t size, std::uint64_t hash) {
  MAPISYNC_TRYV(log_.charge_content(size));
  for (std::uint64_t at = 0; at < size; at += kPieceBytes) {
    if (log_.asked_to_stop()) return log_.cancel();
    MAPISYNC_TRYV(
        stream.write(stand_in(hash, at, static_cast<std::size_t>(std::min<std::uint64_t>(size - at, kPieceBytes)))));
  }
  return success();
}

Result<void> MessagePlayer::begin_attachment(Unpacker& in) {
  Part* owner = part(in);
  std::uint64_t number = 0;
  in.number(number);
  if (owner != nullptr && !owner->message) in.refuse("an attachment of something that is no message");
  if (open_.size() >= kOpenPartsMax) in.refuse("too many parts within parts");
  MAPISYNC_TRYV(whole(in));
  MAPISYNC_TRY(attachment, owner->message->begin_attachment());
  add(number).attachment = std::move(attachment);
  return success();
}

Result<void> MessagePlayer::begin_embedded(Unpacker& in) {
  Part* owner = part(in);
  std::uint64_t number = 0;
  in.number(number);
  if (owner != nullptr && !owner->attachment) in.refuse("a message within something that is no attachment");
  if (open_.size() >= kOpenPartsMax) in.refuse("too many parts within parts");
  MAPISYNC_TRYV(whole(in));
  MAPISYNC_TRY(message, owner->attachment->begin_embedded());
  add(number).message = std::move(message);
  return success();
}

Result<void> MessagePlayer::save(Unpacker& in) {
  Part* saved = part(in);
  if (saved != nullptr && saved->stream) in.refuse("a value is not saved");
  MAPISYNC_TRYV(whole(in));
  const std::uint64_t number = saved->number;
  while (open_.back().number != number) open_.pop_back();  // what was left open inside it
  MAPISYNC_TRYV(open_.back().message ? open_.back().message->save() : open_.back().attachment->save());
  open_.pop_back();
  return success();
}

Result<void> MessagePlayer::drop(Unpacker& in) {
  const Part* dropped = part(in);
  MAPISYNC_TRYV(whole(in));
  close(dropped->number);
  return success();
}

Result<void> MessagePlayer::deletions(Unpacker& in) {
  DeletionKind kind{};
  std::vector<SourceKey> keys;
  in.choice(kind, DeletionKind::expiry);
  in.list(keys, [&in](SourceKey& key) { in.id(key); });
  MAPISYNC_TRYV(whole(in));
  return importer_.deletions(keys, kind);
}

Result<void> MessagePlayer::read_states(Unpacker& in) {
  std::vector<ReadStateChange> changes;
  in.list(changes, [&in](ReadStateChange& change) { fields(in, change); });
  MAPISYNC_TRYV(whole(in));
  return importer_.read_states(changes);
}

Result<void> MessagePlayer::message_error(Unpacker& in) {
  MessageError error;
  in.id(error.key);
  fields(in, error.failure);
  in.optional(error.listed, [&in](TableRow& row) { fields(in, row); });
  MAPISYNC_TRYV(whole(in));
  return importer_.message_error(error);
}

}  // namespace mapisync::trace
