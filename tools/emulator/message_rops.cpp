// Messages, and properties of whatever is open.
#include <algorithm>

#include "providers/fake/server_codes.h"
#include "tools/emulator/object_properties.h"
#include "tools/emulator/rop_call.h"

namespace mapisync::emulator {
namespace {

constexpr std::uint8_t kSoftDeletedToo = 0x04;
constexpr std::size_t kPropertiesHead = 6;

wire::TypedString unicode(const std::string& utf8) {
  if (utf8.empty()) return {wire::TypedString::Type::empty, {}};
  return {wire::TypedString::Type::unicode, utf8.substr(0, utf8.find('\0'))};
}

Result<void> load_content(EmulatedServer& server, MessageObject& message) {
  if (message.content) return success();
  MAPISYNC_TRY(record, server.mailbox().message_record(message.message));
  Result<MessageContent> content = server.fake->content_of(record);
  if (!content) return refusal(rop_code::kCorruptData, "a message that cannot be converted");
  message.content = std::move(content).value();
  return success();
}

// A property of the content, by tag or by the number of its name.
const Property* content_property(const EmulatedServer& server, const MessageContent& content, std::uint16_t id) {
  const auto name = server.names.name_of(id);
  for (const Property& property : content.properties) {
    if (name ? property.name == name : !property.name && id_of(property.tag) == id) return &property;
  }
  return nullptr;
}

// What the mailbox knows of it goes before what its content says; that is read when it is needed.
PropertyLookup properties_of_message(EmulatedServer& server, MessageObject& object, const fake::MessageRecord& record) {
  return [&server, &object, known = properties_of(server, record)](std::uint16_t id) -> std::optional<Property> {
    if (auto property = known(id)) return property;
    if (!load_content(server, object))
      return Property{id * 0x10000U, std::nullopt, PropertyError{rop_code::kCorruptData}};
    const Property* found = content_property(server, *object.content, id);
    return found == nullptr ? std::nullopt : std::optional(*found);
  };
}

template <class Use>
Result<RopAnswer> with_properties(RopCall& call, Use use) {
  EmulatedServer& server = call.server;
  MAPISYNC_TRY(handle, call.handle());
  ServerObject* object = call.session.handles.find(handle);
  if (object == nullptr) return refusal(rop_code::kNullObject, "no object");
  if (dynamic_cast<LogonObject*>(object) != nullptr) return use(properties_of_mailbox(server));
  if (const auto* folder = dynamic_cast<FolderObject*>(object)) {
    MAPISYNC_TRYV(server.enter(fake::PortCall::counters, call.session.state.get()));
    MAPISYNC_TRY(record, server.mailbox().folder_record(folder->folder));
    if (record.deleted) return fake::server_failure(Errc::object_deleted, "the folder was deleted");
    return use(properties_of(server, record, 0));
  }
  if (auto* message = dynamic_cast<MessageObject*>(object)) {
    MAPISYNC_TRY(record, server.mailbox().message_record(message->message));
    return use(properties_of_message(server, *message, record));
  }
  return refusal(rop_code::kNotSupported, "an object without properties");
}

}  // namespace

Result<RopAnswer> answer(RopCall& call, const wire::OpenMessageRequest& request) {
  EmulatedServer& server = call.server;
  MAPISYNC_TRYV(server.enter(fake::PortCall::probe, call.session.state.get()));
  MAPISYNC_TRYV(call.object<ServerObject>());
  MAPISYNC_TRY(parent, call.handle());
  MAPISYNC_TRY(message, server.mailbox().message_by_mid(request.message.counter));
  const auto folder_id = server.replicas.lengthen(request.folder);
  if (!message || !folder_id) return refusal(rop_code::kNotFound, "no such message");
  MAPISYNC_TRY(folder, server.mailbox().folder_record(message->folder));
  const bool here = folder.info.key.bytes() == wire::to_bytes(*folder_id);
  const bool deleted_too = (request.open_mode_flags & kSoftDeletedToo) != 0;
  if (!here || (!message->in_scope && !deleted_too)) return refusal(rop_code::kNotFound, "no such message");
  const auto damage = server.fake->damage_of(*message);
  if (server.mode == Mode::gromox && damage && damage->kind == fake::DamageKind::abort) {
    return refusal(rop_code::kOutOfMemoryAtStore, "a message that cannot be read");  // as that server says it
  }
  wire::OpenMessageResponse response;
  response.normalized_subject = unicode(message->subject);
  MAPISYNC_TRYV(call.put(request.output_index, std::make_unique<MessageObject>(message->id), parent));
  return RopAnswer{0, std::move(response)};
}

Result<RopAnswer> answer(RopCall& call, const wire::GetPropertiesSpecificRequest& request) {
  call.columns = request.tags;
  return with_properties(call, [&](const PropertyLookup& lookup) -> Result<RopAnswer> {
    const std::size_t room = call.room > kPropertiesHead ? call.room - kPropertiesHead : 0;
    // UTF-8 may double its size on the wire.
    const std::size_t most = request.size_limit == 0 ? room / 4 : std::min<std::size_t>(request.size_limit, room / 4);
    wire::GetPropertiesSpecificResponse response;
    for (const PropertyTag tag : request.tags) response.row.push_back(cell_of(lookup, tag, most, TooLong::refuse));
    return RopAnswer{0, std::move(response)};
  });
}

Result<RopAnswer> answer(RopCall& /*call*/, const wire::GetPropertiesAllRequest& /*request*/) {
  return refusal(rop_code::kNotSupported, "properties have to be asked for by name");
}

Result<RopAnswer> answer(RopCall& call, const wire::OpenStreamRequest& request) {
  MAPISYNC_TRY(parent, call.handle());
  return with_properties(call, [&](const PropertyLookup& lookup) -> Result<RopAnswer> {
    std::optional<Property> property = lookup(id_of(request.tag));
    if (!property) return refusal(rop_code::kNotFound, "no such property");
    auto stream = std::make_unique<StreamObject>();
    if (const auto* error = std::get_if<PropertyError>(&property->value)) return refusal(error->code, "open a stream");
    if (const auto* text = std::get_if<Text>(&property->value)) wire::append_utf16(text->utf8, stream->data);
    if (auto* binary = std::get_if<Binary>(&property->value)) stream->data = std::move(binary->bytes);
    if (std::holds_alternative<Large>(property->value))
      return refusal(rop_code::kNotSupported, "a stream of this size");
    const auto size = static_cast<std::uint32_t>(stream->data.size());
    MAPISYNC_TRYV(call.put(request.output_index, std::move(stream), parent));
    return RopAnswer{0, wire::OpenStreamResponse{size}};
  });
}

Result<RopAnswer> answer(RopCall& call, const wire::ReadStreamRequest& request) {
  constexpr std::size_t kHead = 8;
  MAPISYNC_TRY(stream, call.object<StreamObject>());
  std::size_t wanted = request.byte_count;
  if (request.byte_count == wire::kServerChoosesSize) wanted = request.maximum_byte_count;
  wanted = std::min({wanted, call.room > kHead ? call.room - kHead : 0, stream->data.size() - stream->at});
  wire::ReadStreamResponse response;
  response.data = stream->data.substr(stream->at, wanted);
  stream->at += wanted;
  return RopAnswer{0, std::move(response)};
}

}  // namespace mapisync::emulator
