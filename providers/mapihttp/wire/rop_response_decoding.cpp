#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/rop_response.h"

namespace mapisync::wire {
namespace {

// Reads what follows the head of one answer.
class ResponseReader {
 public:
  ResponseReader(ByteReader& from, std::uint32_t return_value, CodePage of_string8)
      : from_(from), return_value_(return_value), of_string8_(of_string8) {}

  /// `columns` null: not known.
  RopResponseBody read(RopId id, const TagList* columns) {
    switch (id) {
      case RopId::fast_transfer_source_get_buffer: return get_buffer();
      case RopId::move_copy_messages:
      case RopId::delete_messages:
      case RopId::hard_delete_messages: return partial_completion();
      case RopId::logon:
        if (return_value_ == rop_error::kWrongServer) return redirect();
        break;
      default: break;
    }
    if (return_value_ != 0) return PlainResponse{};
    return success_body(id, columns);
  }

 private:
  RopResponseBody success_body(RopId id, const TagList* columns) {
    switch (id) {
      case RopId::logon: return logon();
      case RopId::open_folder: return open_folder();
      case RopId::create_folder: return create_folder();
      case RopId::open_message: return open_message();
      case RopId::get_hierarchy_table:
      case RopId::get_contents_table: return TableResponse{from_.u32()};
      case RopId::set_columns:
      case RopId::sort_table:
      case RopId::restrict_table: return TableStatusResponse{from_.u8()};
      case RopId::query_rows: return query_rows(columns);
      case RopId::seek_row: return seek_row();
      case RopId::get_properties_specific:
        return GetPropertiesSpecificResponse{columns == nullptr ? PropertyRow{}
                                                                : read_row(from_, *columns, of_string8_)};
      case RopId::get_properties_all: return get_properties_all();
      case RopId::open_stream: return OpenStreamResponse{from_.u32()};
      case RopId::read_stream: return ReadStreamResponse{sized16()};
      case RopId::long_term_id_from_id: return LongTermIdFromIdResponse{read_long_term_id(from_)};
      case RopId::id_from_long_term_id: return IdFromLongTermIdResponse{read_short_id(from_)};
      case RopId::get_names_from_property_ids: return names();
      case RopId::get_property_ids_from_names: return property_ids();
      case RopId::query_position: return position();
      case RopId::progress: return progress();
      default: return PlainResponse{};
    }
  }

  LogonResponse logon() {
    LogonResponse r;
    r.logon_flags = from_.u8();
    if ((r.logon_flags & logon_flags::kPrivate) == 0) from_.refuse("a logon to public folders");
    for (ShortId& folder : r.folders) folder = read_short_id(from_);
    r.response_flags = from_.u8();
    r.mailbox_guid = from_.guid();
    r.replid = from_.u16();
    r.replguid = from_.guid();
    for (std::uint8_t& byte : r.logon_time) byte = from_.u8();
    r.gwart_time = from_.u64();
    r.store_state = from_.u32();
    return r;
  }

  LogonRedirect redirect() {
    LogonRedirect r;
    r.logon_flags = from_.u8();
    const std::uint8_t size = from_.u8();
    ByteReader name(from_.bytes(size));
    r.server = name.narrow_text();
    if (!name.ok() || name.left() != 0) from_.refuse("a server's name that does not fit its size");
    return r;
  }

  std::optional<GhostedServers> ghosted() {
    if (from_.u8() == 0) return std::nullopt;
    GhostedServers servers;
    std::uint16_t left = from_.u16();
    servers.cheap_count = from_.u16();
    for (; left > 0 && from_.ok(); --left) servers.names.emplace_back(from_.narrow_text());
    return servers;
  }

  OpenFolderResponse open_folder() {
    OpenFolderResponse r;
    r.has_rules = from_.u8() != 0;
    r.ghosted = ghosted();
    return r;
  }

  CreateFolderResponse create_folder() {
    CreateFolderResponse r;
    r.folder = read_short_id(from_);
    r.existing = from_.u8() != 0;
    if (!r.existing) return r;
    r.has_rules = from_.u8() != 0;
    r.ghosted = ghosted();
    return r;
  }

  TypedString typed_string() {
    constexpr CodePage kLatin1 = 28591;
    TypedString text;
    text.type = static_cast<TypedString::Type>(from_.u8());
    switch (text.type) {
      case TypedString::Type::none:
      case TypedString::Type::empty: break;
      case TypedString::Type::string8: text.utf8 = decode_text(from_.narrow_text(), of_string8_); break;
      case TypedString::Type::reduced_unicode: text.utf8 = decode_text(from_.narrow_text(), kLatin1); break;
      case TypedString::Type::unicode: text.utf8 = decode_text(from_.wide_text(), code_page::kUtf16); break;
      default: from_.refuse("a text of an unknown form");
    }
    return text;
  }

  OpenMessageResponse open_message() {
    OpenMessageResponse r;
    r.has_named_properties = from_.u8() != 0;
    r.subject_prefix = typed_string();
    r.normalized_subject = typed_string();
    r.recipient_count = from_.u16();
    for (std::uint16_t left = from_.u16(); left > 0 && from_.ok(); --left) r.recipient_columns.push_back(from_.u32());
    for (std::uint8_t left = from_.u8(); left > 0 && from_.ok(); --left) {
      RecipientRow row;
      row.type = from_.u8();
      row.code_page = from_.u16();
      row.reserved = from_.u16();
      row.row = sized16();
      r.recipients.push_back(std::move(row));
    }
    return r;
  }

  QueryRowsResponse query_rows(const TagList* columns) {
    QueryRowsResponse r;
    r.origin = from_.u8();
    std::uint16_t left = from_.u16();
    if (left > 0 && columns == nullptr) from_.refuse("rows of a table whose columns are not known");
    for (; left > 0 && from_.ok(); --left) r.rows.push_back(read_row(from_, *columns, of_string8_));
    return r;
  }

  SeekRowResponse seek_row() {
    SeekRowResponse r;
    r.has_sought_less = from_.u8() != 0;
    r.rows_sought = from_.i32();
    return r;
  }

  GetPropertiesAllResponse get_properties_all() {
    GetPropertiesAllResponse r;
    for (std::uint16_t left = from_.u16(); left > 0 && from_.ok(); --left) {
      r.properties.push_back(read_tagged(from_, of_string8_));
    }
    return r;
  }

  GetNamesFromPropertyIdsResponse names() {
    GetNamesFromPropertyIdsResponse r;
    for (std::uint16_t left = from_.u16(); left > 0 && from_.ok(); --left) r.names.push_back(read_rop_name(from_));
    return r;
  }

  GetPropertyIdsFromNamesResponse property_ids() {
    GetPropertyIdsFromNamesResponse r;
    for (std::uint16_t left = from_.u16(); left > 0 && from_.ok(); --left) r.ids.push_back(from_.u16());
    return r;
  }

  QueryPositionResponse position() {
    QueryPositionResponse r;
    r.row = from_.u32();
    r.row_count = from_.u32();
    return r;
  }

  // A failure may have nothing behind its head, if it is the last of its list.
  PartialCompletionResponse partial_completion() {
    PartialCompletionResponse r;
    if (return_value_ != 0 && from_.left() == 0) return r;
    if (return_value_ == rop_error::kDestinationNull) r.destination_index = from_.u32();
    r.partial = from_.u8() != 0;
    return r;
  }

  ProgressResponse progress() {
    ProgressResponse r;
    r.logon_id = from_.u8();
    r.completed = from_.u32();
    r.total = from_.u32();
    return r;
  }

  SourceGetBufferResponse get_buffer() {
    SourceGetBufferResponse r;
    if (return_value_ != 0 && from_.left() == 0) {
      r.short_form = true;
      return r;
    }
    r.transfer_status = from_.u16();
    r.in_progress_count = from_.u16();
    r.total_step_count = from_.u16();
    r.reserved = from_.u8();
    const std::uint16_t size = from_.u16();
    if (return_value_ == rop_error::kServerBusy) {
      r.backoff_ms = from_.u32();
    } else {
      r.buffer = from_.bytes(size);
    }
    return r;
  }

  Bytes sized16() {
    const std::uint16_t size = from_.u16();
    return Bytes(from_.bytes(size));
  }

  ByteReader& from_;
  std::uint32_t return_value_;
  CodePage of_string8_;
};

// What stands where an answer is expected, and is none.
BackoffResponse read_backoff(ByteReader& from) {
  BackoffResponse r;
  r.logon_id = from.u8();
  r.duration_ms = from.u32();
  for (std::uint8_t left = from.u8(); left > 0 && from.ok(); --left) {
    BackoffResponse::Rop rop;
    rop.id = from.u8();
    rop.duration_ms = from.u32();
    r.rops.push_back(rop);
  }
  const std::uint16_t size = from.u16();
  r.additional = from.bytes(size);
  return r;
}

std::optional<RopResponse> read_interruption(ByteReader& from) {
  RopResponse response;
  response.id = static_cast<RopId>(from.peek());
  switch (response.id) {
    case RopId::buffer_too_small: {
      from.u8();
      BufferTooSmallResponse r;
      r.size_needed = from.u16();
      r.requests = from.rest();
      response.body = std::move(r);
      return response;
    }
    case RopId::backoff:
      from.u8();
      response.body = read_backoff(from);
      return response;
    case RopId::pending:
      from.u8();
      response.body = PendingResponse{from.u16()};
      return response;
    case RopId::notify:
      from.u8();
      response.body = NotifyResponse{Bytes(from.rest())};
      return response;
    default: return std::nullopt;
  }
}

RopResponse read_answer(ByteReader& from, const RopRequest& request, ResponseContext& context) {
  RopResponse response;
  const RopId asked = rop_id_of(request.body);
  response.id = static_cast<RopId>(from.u8());
  const bool asynchronous =
      response.id == RopId::progress &&
      (asked == RopId::move_copy_messages || asked == RopId::delete_messages || asked == RopId::hard_delete_messages);
  if (response.id != asked && !asynchronous) from.refuse("an answer to another ROP");
  response.handle_index = from.u8();
  response.return_value = from.u32();
  if (const auto* set = std::get_if<SetColumnsRequest>(&request.body))
    context.columns[request.handle_index] = set->tags;
  const TagList* columns = nullptr;
  if (const auto* specific = std::get_if<GetPropertiesSpecificRequest>(&request.body)) {
    columns = &specific->tags;
  } else if (const auto found = context.columns.find(request.handle_index); found != context.columns.end()) {
    columns = &found->second;
  }
  if (from.ok())
    response.body = ResponseReader(from, response.return_value, context.of_string8).read(response.id, columns);
  return response;
}

}  // namespace

Result<std::vector<RopResponse>> decode_responses(BytesView list, ResponseContext context) {
  std::vector<RopResponse> responses;
  ByteReader from(list);
  std::size_t next = 0;
  bool interrupted = false;
  while (from.ok() && from.left() > 0) {
    if (auto other = read_interruption(from)) {
      interrupted = interrupted || other->id == RopId::backoff || other->id == RopId::buffer_too_small;
      responses.push_back(std::move(*other));
      continue;
    }
    while (next < context.requests.size() && rop_id_of(context.requests[next].body) == RopId::release) ++next;
    if (next == context.requests.size()) {
      from.refuse("more answers than questions");
    } else {
      responses.push_back(read_answer(from, context.requests[next++], context));
    }
  }
  while (next < context.requests.size() && rop_id_of(context.requests[next].body) == RopId::release) ++next;
  if (next < context.requests.size() && !interrupted) from.refuse("fewer answers than questions");
  MAPISYNC_TRYV(from.verdict("ROP response"));
  return responses;
}

}  // namespace mapisync::wire
