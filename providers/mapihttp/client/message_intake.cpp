#include "providers/mapihttp/client/message_intake.h"

#include <algorithm>
#include <utility>

#include "providers/mapihttp/client/contents_rows.h"
#include "providers/mapihttp/client/rop_failures.h"
#include "providers/mapihttp/client/tags.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::size_t kRecipientValueMax = 4U << 20U;
constexpr std::uint64_t kRecipientsBytesMax = 64U << 20U;  // of one message
constexpr std::uint64_t kHeldMax = 1U << 20U;              // of one object, before it is handed over
constexpr std::uint64_t kNamedWithoutLook = 100'000;       // of a set; of a larger one only those that are known
constexpr std::uint64_t kNamedMost = 100 * kNamedWithoutLook;

/// What names a message, and comes or does not come by the way it was asked for. It is in the header.
bool is_naming(PropertyTag tag) {
  switch (tag) {
    case wire::tag::kMid:
    case wire::tag::kFolderId:
    case wire::tag::kParentFolderId:
    case wire::tag::kChangeNumber:
    case pr::kSourceKey:
    case pr::kParentSourceKey:
    case pr::kChangeKey:
    case pr::kPredecessorChangeList:
    case pr::kAssociated:
    case pr::kEntryId: return true;
    default: return false;
  }
}

template <class T>
const T* value_in(const PropertyList& properties, PropertyTag tag) {
  const Property* property = find_property(properties, tag);
  return property == nullptr ? nullptr : std::get_if<T>(&property->value);
}

Result<void> by_importer(Result<void> result) {
  if (result) return result;
  return importer_failure(result.error());
}

}  // namespace

MessageIntake::MessageIntake(MailboxLink& link, ChangeImporter& importer, IntakeObserver& observer)
    : link_(link), importer_(importer), observer_(observer) {}

void MessageIntake::drop_open() noexcept {
  stream_.reset();
  while (!open_.empty()) open_.pop_back();
}

Result<void> MessageIntake::message_begin(const wire::ChangeHeader* header, bool associated) {
  drop_open();
  open_.emplace_back();
  recipient_bytes_ = 0;
  modified_.reset();
  size_.reset();
  current_ = {};
  current_.associated = associated;
  listed_ = header == nullptr;
  if (listed_) return success();  // what names it is among its properties
  MessageHeader out;
  if (header->mid) {
    MAPISYNC_TRY(mid, link_.global(*header->mid));
    current_.mid = mid;
  } else {
    // Without Eid the source key is the id, as no foreign one was asked for.
    MAPISYNC_TRY(mid, wire::global_id_of(header->source_key));
    current_.mid = mid;
  }
  if (header->change_number) {
    MAPISYNC_TRY(number, link_.global(*header->change_number));
    current_.change_number = number;
  }
  out.change_key = ChangeKey(header->change_key);
  out.predecessor_change_list = header->predecessor_change_list;
  out.last_modified = time_from_ticks(header->last_modified);
  if (header->size) out.size = *header->size;
  if (header->last_modified != 0) modified_ = header->last_modified;
  size_ = header->size;
  return begin(out);
}

/// A server may leave out of the properties what the header has said.
void MessageIntake::add_what_the_header_said() {
  PropertyList& properties = open_.front().properties;
  if (modified_) properties.push_back({pr::kLastModificationTime, std::nullopt, *modified_});
  if (size_) properties.push_back({pr::kMessageSize, std::nullopt, static_cast<std::int32_t>(*size_)});
}

Result<void> MessageIntake::begin(const MessageHeader& told) {
  MessageHeader header = told;
  header.source_key = key_of(current_.mid);
  header.ref = make_ref({current_.mid, current_.change_number});
  header.associated = current_.associated;
  ++happened_;
  auto staged = importer_.message_begin(header);
  if (!staged) return importer_failure(staged.error());
  open_.front().message = std::move(staged).value();
  return success();
}

/// Of a messageList: its id comes first, the rest of a header somewhere before what is large.
Result<void> MessageIntake::begin_listed() {
  listed_ = false;
  PropertyList& properties = open_.front().properties;
  const auto* mid = value_in<std::int64_t>(properties, wire::tag::kMid);
  const auto* key = value_in<Binary>(properties, pr::kSourceKey);
  if (mid != nullptr) {
    MAPISYNC_TRY(global, link_.global(wire::short_id_of(*mid)));
    current_.mid = global;
  } else if (key != nullptr) {
    MAPISYNC_TRY(global, wire::global_id_of(key->bytes));
    current_.mid = global;
  } else {
    return fail(Errc::unsupported, Scope::folder, Retry::never, "the server copies messages without their ids");
  }
  MessageHeader header;
  if (const auto* change = value_in<Binary>(properties, pr::kChangeKey)) header.change_key = ChangeKey(change->bytes);
  if (const auto* list = value_in<Binary>(properties, pr::kPredecessorChangeList)) {
    header.predecessor_change_list = list->bytes;
  }
  if (const auto* ticks = value_in<std::int64_t>(properties, pr::kLastModificationTime)) {
    header.last_modified = time_from_ticks(*ticks);
  }
  if (const auto* size = value_in<std::int32_t>(properties, pr::kMessageSize)) {
    header.size = static_cast<std::uint32_t>(*size);
  }
  if (const auto* number = value_in<std::int64_t>(properties, wire::tag::kChangeNumber)) {
    MAPISYNC_TRY(global, link_.global(wire::short_id_of(*number)));
    current_.change_number = global;
  }
  return begin(header);
}

Result<void> MessageIntake::ready() {
  if (!listed_) return success();
  return begin_listed();
}

PropertyReceiver* MessageIntake::receiver(Object& object) const noexcept {
  if (object.message != nullptr) return object.message.get();
  return object.attachment.get();
}

Result<void> MessageIntake::hand_over(Object& object) {
  PropertyList properties = std::exchange(object.properties, {});
  object.bytes = 0;
  if (object.kind == Kind::message) {
    std::erase_if(properties, [](const Property& property) { return !property.name && is_naming(property.tag); });
  }
  PropertyReceiver* to = receiver(object);
  if (to == nullptr || properties.empty()) return success();
  return by_importer(to->set_properties(std::move(properties)));
}

Result<void> MessageIntake::save_message(Object object) {
  MAPISYNC_TRYV(hand_over(object));
  if (object.message == nullptr) return success();
  if (!object.recipients.empty())
    MAPISYNC_TRYV(by_importer(object.message->set_recipients(std::move(object.recipients))));
  return by_importer(object.message->save());
}

Result<void> MessageIntake::message_end() {
  MAPISYNC_TRYV(ready());
  add_what_the_header_said();
  Object message = std::move(open_.back());
  open_.pop_back();
  MAPISYNC_TRYV(save_message(std::move(message)));
  ++happened_;
  ++messages_;
  observer_.saved(current_);
  return success();
}

Result<void> MessageIntake::message_void(const wire::ExtendedErrorInfo& info) {
  // The header is trusted before the error: it may speak of what is embedded.
  IntakeMessage bad;
  if (!open_.empty()) bad = current_;
  if (bad.mid.none() && listed_ && !open_.empty()) {
    if (const auto* mid = value_in<std::int64_t>(open_.front().properties, wire::tag::kMid)) {
      MAPISYNC_TRY(global, link_.global(wire::short_id_of(*mid)));
      bad.mid = global;
    }
  }
  if (bad.mid.none()) bad.mid = info.message;
  drop_open();
  recipient_value_.reset();
  dropping_ = false;
  listed_ = false;
  ++happened_;
  ++messages_;
  MAPISYNC_TRY(
      error, observer_.named_bad(bad, rop_failure(info.error_code, "the server names a message that it cannot send")));
  return by_importer(importer_.message_error(error));
}

Result<void> MessageIntake::property(Property property) {
  Object& object = open_.back();
  if (open_.size() == 1 && !property.name) {
    if (property.tag == pr::kLastModificationTime) modified_.reset();
    if (property.tag == pr::kMessageSize) size_.reset();
  }
  const std::uint64_t size = value_size(property.value);
  object.properties.push_back(std::move(property));
  object.bytes += size;
  if (object.kind == Kind::recipient) {
    recipient_bytes_ += size;
    if (recipient_bytes_ <= kRecipientsBytesMax) return success();
    return fail(Errc::too_big, Scope::batch, Retry::on_change, "the recipients of a message are larger than is borne");
  }
  if (object.bytes < kHeldMax) return success();
  MAPISYNC_TRYV(ready());
  return hand_over(object);
}

Result<void> MessageIntake::value_begin(PropertyTag tag, const std::optional<PropertyName>& name,
                                        std::uint64_t wire_size) {
  Object& object = open_.back();
  if (object.kind == Kind::recipient) {
    recipient_value_ = Property{tag, name, {}};
    if (type_of(tag) == pt::kUnicode) {
      recipient_value_->value = Text{};
    } else {
      recipient_value_->value = Binary{};
    }
    return success();
  }
  MAPISYNC_TRYV(ready());
  MAPISYNC_TRYV(hand_over(object));
  PropertyReceiver* to = receiver(object);
  dropping_ = to == nullptr || (object.kind == Kind::message && !name && is_naming(tag));
  if (dropping_) return success();
  auto stream = to->open_stream(tag, name, wire_size);
  if (!stream) return importer_failure(stream.error());
  stream_ = std::move(stream).value();
  return success();
}

Result<void> MessageIntake::value_piece(BytesView piece) {
  if (stream_ != nullptr) return by_importer(stream_->write(piece));
  if (!recipient_value_) return success();
  Bytes& bytes = std::holds_alternative<Text>(recipient_value_->value)
                     ? std::get<Text>(recipient_value_->value).utf8
                     : std::get<Binary>(recipient_value_->value).bytes;
  if (piece.size() > kRecipientValueMax - bytes.size()) {
    return fail(Errc::too_big, Scope::batch, Retry::on_change, "a value of a recipient is larger than is borne");
  }
  bytes += piece;
  return success();
}

Result<void> MessageIntake::value_end() {
  dropping_ = false;
  if (recipient_value_) {
    open_.back().properties.push_back(std::move(*recipient_value_));
    recipient_value_.reset();
    return success();
  }
  if (stream_ == nullptr) return success();
  const std::unique_ptr<ValueStream> stream = std::move(stream_);
  return by_importer(stream->commit());
}

Result<void> MessageIntake::recipient_begin() {
  MAPISYNC_TRYV(ready());
  Object object;
  object.kind = Kind::recipient;
  open_.push_back(std::move(object));
  return success();
}

Result<void> MessageIntake::recipient_end() {
  Recipient recipient{std::move(open_.back().properties)};
  open_.pop_back();
  // The number of its row in this stream says nothing about it.
  std::erase_if(recipient.properties, [](const Property& property) { return property.tag == wire::tag::kRowId; });
  open_.back().recipients.push_back(std::move(recipient));
  return success();
}

Result<void> MessageIntake::attachment_begin() {
  MAPISYNC_TRYV(ready());
  Object object;
  object.kind = Kind::attachment;
  if (StagedMessage* parent = open_.back().message.get()) {
    auto attachment = parent->begin_attachment();
    if (!attachment) return importer_failure(attachment.error());
    object.attachment = std::move(attachment).value();
  }
  open_.push_back(std::move(object));
  return success();
}

Result<void> MessageIntake::attachment_end() {
  MAPISYNC_TRYV(hand_over(open_.back()));
  Object object = std::move(open_.back());
  open_.pop_back();
  if (object.attachment == nullptr) return success();
  return by_importer(object.attachment->save());
}

Result<void> MessageIntake::embedded_begin() {
  Object object;
  if (StagedAttachment* parent = open_.back().attachment.get()) {
    auto message = parent->begin_embedded();
    if (!message) return importer_failure(message.error());
    object.message = std::move(message).value();
  }
  open_.push_back(std::move(object));
  return success();
}

Result<void> MessageIntake::embedded_end() {
  Object object = std::move(open_.back());
  open_.pop_back();
  return save_message(std::move(object));
}

Result<void> MessageIntake::progress_total(const wire::ProgressInformation& information) {
  announced_ = information;
  return success();
}

/// A message was left out for lack of rights: whoever misses it asks for it alone.
Result<void> MessageIntake::warning(std::uint32_t /*code*/) { return success(); }

Result<void> MessageIntake::folder_change(PropertyList /*properties*/) {
  return wire::malformed("a folder among messages");
}

Result<wire::Globset> worth_naming(const wire::Globset& told, bool all, const wire::Globset* known,
                                   std::uint64_t most) {
  wire::Globset named = all ? told : known == nullptr ? wire::Globset() : wire::intersect(told, *known);
  if (named.size() > most) return wire::malformed("a set of ids that no folder can have");
  return named;
}

Result<std::vector<SourceKey>> MessageIntake::keys_in(const wire::ReplidIdset& set) {
  std::vector<SourceKey> keys;
  const bool all = set.size() <= kNamedWithoutLook;
  const auto& known = observer_.known().sets();
  for (const auto& [replid, ids] : set.sets()) {
    MAPISYNC_TRY(guid, link_.replguid_of({replid, ids.intervals().front().first}));
    const auto found = known.find(guid);
    MAPISYNC_TRY(named,
                 worth_naming(ids, all, found == known.end() ? nullptr : &found->second, kNamedMost - keys.size()));
    for (const wire::Interval& interval : named.intervals()) {
      for (std::uint64_t id = interval.first; id <= interval.last; ++id) keys.push_back(key_of({guid, id}));
    }
  }
  return keys;
}

Result<void> MessageIntake::deletions(const wire::StreamDeletions& told) {
  ++happened_;
  const auto tell = [this](const std::optional<wire::ReplidIdset>& set, DeletionKind kind) -> Result<void> {
    if (!set || set->empty()) return success();
    MAPISYNC_TRY(keys, keys_in(*set));
    return by_importer(importer_.deletions(keys, kind));
  };
  MAPISYNC_TRYV(tell(told.deleted, DeletionKind::hard));
  MAPISYNC_TRYV(tell(told.no_longer_in_scope, DeletionKind::soft));
  return tell(told.expired, DeletionKind::expiry);
}

Result<void> MessageIntake::read_states(const wire::StreamReadStates& told) {
  ++happened_;
  std::vector<ReadStateChange> changes;
  const auto add = [&](const std::optional<wire::ReplidIdset>& set, bool read) -> Result<void> {
    if (!set) return success();
    MAPISYNC_TRY(keys, keys_in(*set));
    for (SourceKey& key : keys) changes.push_back({std::move(key), read});
    return success();
  };
  MAPISYNC_TRYV(add(told.read, true));
  MAPISYNC_TRYV(add(told.unread, false));
  if (changes.empty()) return success();
  return by_importer(importer_.read_states(changes));
}

Result<void> MessageIntake::state(const wire::StreamState& state) {
  state_ = state;
  return success();
}

}  // namespace mapisync::mapihttp
