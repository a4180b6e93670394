#include <optional>

#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/rop_request.h"

namespace mapisync::wire {
namespace {

// Reads the fields behind the head, in groups of ROPs that belong together.
class RequestReader {
 public:
  RequestReader(ByteReader& from, CodePage of_string8) : from_(from), of_string8_(of_string8) {}

  RopRequestBody read(RopId id) {
    if (auto body = object_request(id)) return std::move(*body);
    if (auto body = table_request(id)) return std::move(*body);
    if (auto body = message_request(id)) return std::move(*body);
    if (auto body = transfer_request(id)) return std::move(*body);
    from_.refuse("a ROP that is not known");
    return ReleaseRequest{};
  }

 private:
  using Body = std::optional<RopRequestBody>;

  Body object_request(RopId id) {
    switch (id) {
      case RopId::logon: return logon();
      case RopId::release: return ReleaseRequest{};
      case RopId::open_folder: {
        OpenFolderRequest r;
        r.output_index = from_.u8();
        r.folder = read_short_id(from_);
        r.open_mode_flags = from_.u8();
        return r;
      }
      case RopId::open_message: {
        OpenMessageRequest r;
        r.output_index = from_.u8();
        r.code_page = from_.u16();
        r.folder = read_short_id(from_);
        r.open_mode_flags = from_.u8();
        r.message = read_short_id(from_);
        return r;
      }
      case RopId::create_folder: return create_folder();
      case RopId::get_properties_specific: {
        GetPropertiesSpecificRequest r;
        r.size_limit = from_.u16();
        r.want_unicode = from_.u16() != 0;
        r.tags = tags();
        return r;
      }
      case RopId::get_properties_all: {
        GetPropertiesAllRequest r;
        r.size_limit = from_.u16();
        r.want_unicode = from_.u16() != 0;
        return r;
      }
      case RopId::open_stream: {
        OpenStreamRequest r;
        r.output_index = from_.u8();
        r.tag = from_.u32();
        r.open_mode_flags = from_.u8();
        return r;
      }
      case RopId::read_stream: {
        ReadStreamRequest r;
        r.byte_count = from_.u16();
        if (r.byte_count == kServerChoosesSize) r.maximum_byte_count = from_.u32();
        return r;
      }
      case RopId::get_names_from_property_ids: {
        GetNamesFromPropertyIdsRequest r;
        for (std::uint16_t left = from_.u16(); left > 0 && from_.ok(); --left) r.ids.push_back(from_.u16());
        return r;
      }
      case RopId::get_property_ids_from_names: {
        constexpr std::uint8_t kCreate = 0x02;
        GetPropertyIdsFromNamesRequest r;
        r.create = (from_.u8() & kCreate) != 0;
        for (std::uint16_t left = from_.u16(); left > 0 && from_.ok(); --left) {
          const auto name = read_rop_name(from_);
          if (!name) from_.refuse("a property without a name");
          r.names.push_back(name.value_or(PropertyName{}));
        }
        return r;
      }
      default: return std::nullopt;
    }
  }

  Body table_request(RopId id) {
    switch (id) {
      case RopId::get_hierarchy_table: {
        GetHierarchyTableRequest r;
        r.output_index = from_.u8();
        r.table_flags = from_.u8();
        return r;
      }
      case RopId::get_contents_table: {
        GetContentsTableRequest r;
        r.output_index = from_.u8();
        r.table_flags = from_.u8();
        return r;
      }
      case RopId::set_columns: {
        SetColumnsRequest r;
        r.flags = from_.u8();
        r.tags = tags();
        return r;
      }
      case RopId::sort_table: return sort_table();
      case RopId::restrict_table: {
        RestrictRequest r;
        r.flags = from_.u8();
        r.restriction = sized16();
        return r;
      }
      case RopId::query_rows: {
        QueryRowsRequest r;
        r.flags = from_.u8();
        r.forward = from_.u8() != 0;
        r.row_count = from_.u16();
        return r;
      }
      case RopId::query_position: return QueryPositionRequest{};
      case RopId::seek_row: {
        SeekRowRequest r;
        r.origin = from_.u8();
        r.row_count = from_.i32();
        r.want_rows_moved = from_.u8() != 0;
        return r;
      }
      default: return std::nullopt;
    }
  }

  Body message_request(RopId id) {
    switch (id) {
      case RopId::delete_messages:
      case RopId::hard_delete_messages: {
        DeleteMessagesRequest r;
        r.hard = id == RopId::hard_delete_messages;
        r.want_asynchronous = from_.u8() != 0;
        r.notify_non_read = from_.u8() != 0;
        r.messages = ids();
        return r;
      }
      case RopId::move_copy_messages: {
        MoveCopyMessagesRequest r;
        r.destination_index = from_.u8();
        r.messages = ids();
        r.want_asynchronous = from_.u8() != 0;
        r.want_copy = from_.u8() != 0;
        return r;
      }
      case RopId::long_term_id_from_id: return LongTermIdFromIdRequest{read_short_id(from_)};
      case RopId::id_from_long_term_id: return IdFromLongTermIdRequest{read_long_term_id(from_)};
      case RopId::progress: return ProgressRequest{from_.u8() != 0};
      case RopId::tell_version: {
        TellVersionRequest r;
        for (std::uint16_t& word : r.version) word = from_.u16();
        return r;
      }
      default: return std::nullopt;
    }
  }

  Body transfer_request(RopId id) {
    switch (id) {
      case RopId::fast_transfer_source_copy_messages: {
        SourceCopyMessagesRequest r;
        r.output_index = from_.u8();
        r.messages = ids();
        r.copy_flags = from_.u8();
        r.send_options = from_.u8();
        return r;
      }
      case RopId::fast_transfer_source_copy_folder: {
        SourceCopyFolderRequest r;
        r.output_index = from_.u8();
        r.copy_flags = from_.u8();
        r.send_options = from_.u8();
        return r;
      }
      case RopId::fast_transfer_source_copy_to: {
        SourceCopyToRequest r;
        r.output_index = from_.u8();
        r.level = from_.u8();
        r.copy_flags = from_.u32();
        r.send_options = from_.u8();
        r.excluded = tags();
        return r;
      }
      case RopId::fast_transfer_source_copy_properties: {
        SourceCopyPropertiesRequest r;
        r.output_index = from_.u8();
        r.level = from_.u8();
        r.copy_flags = from_.u8();
        r.send_options = from_.u8();
        r.included = tags();
        return r;
      }
      case RopId::fast_transfer_source_get_buffer: {
        SourceGetBufferRequest r;
        r.buffer_size = from_.u16();
        if (r.buffer_size == kServerChoosesSize) r.maximum_buffer_size = from_.u16();
        return r;
      }
      case RopId::synchronization_configure: return configure();
      case RopId::upload_state_stream_begin: {
        UploadStateStreamBeginRequest r;
        r.state_property = from_.u32();
        r.size = from_.u32();
        return r;
      }
      case RopId::upload_state_stream_continue: {
        UploadStateStreamContinueRequest r;
        const std::uint32_t size = from_.u32();
        r.data = from_.bytes(size);
        return r;
      }
      case RopId::upload_state_stream_end: return UploadStateStreamEndRequest{};
      case RopId::get_transfer_state: return GetTransferStateRequest{from_.u8()};
      default: return std::nullopt;
    }
  }

  LogonRequest logon() {
    LogonRequest r;
    r.logon_flags = from_.u8();
    r.open_flags = from_.u32();
    r.store_state = from_.u32();
    const std::uint16_t size = from_.u16();
    if (size == 0) return r;
    ByteReader name(from_.bytes(size));
    r.essdn = name.narrow_text();
    if (from_.ok() && (!name.ok() || name.left() != 0 || r.essdn.empty()))
      from_.refuse("a DN that does not fit its size");
    return r;
  }

  CreateFolderRequest create_folder() {
    CreateFolderRequest r;
    r.output_index = from_.u8();
    r.folder_type = from_.u8();
    r.unicode = from_.u8() != 0;
    r.open_existing = from_.u8() != 0;
    r.reserved = from_.u8();
    r.display_name = text(r.unicode);
    r.comment = text(r.unicode);
    return r;
  }

  SortTableRequest sort_table() {
    SortTableRequest r;
    r.flags = from_.u8();
    std::uint16_t left = from_.u16();
    r.category_count = from_.u16();
    r.expanded_count = from_.u16();
    for (; left > 0 && from_.ok(); --left) {
      SortOrder order;
      order.tag = from_.u32();
      order.descending = from_.u8() != 0;
      r.orders.push_back(order);
    }
    return r;
  }

  SynchronizationConfigureRequest configure() {
    SynchronizationConfigureRequest r;
    r.output_index = from_.u8();
    r.sync_type = from_.u8();
    r.send_options = from_.u8();
    r.flags = from_.u16();
    r.restriction = sized16();
    r.extra_flags = from_.u32();
    r.tags = tags();
    return r;
  }

  TagList tags() {
    TagList tags;
    for (std::uint16_t left = from_.u16(); left > 0 && from_.ok(); --left) tags.push_back(from_.u32());
    return tags;
  }
  std::vector<ShortId> ids() {
    std::vector<ShortId> ids;
    for (std::uint16_t left = from_.u16(); left > 0 && from_.ok(); --left) ids.push_back(read_short_id(from_));
    return ids;
  }
  Bytes sized16() {
    const std::uint16_t size = from_.u16();
    return Bytes(from_.bytes(size));
  }
  std::string text(bool unicode) {
    if (unicode) return decode_text(from_.wide_text(), code_page::kUtf16);
    return decode_text(from_.narrow_text(), of_string8_);
  }

  ByteReader& from_;
  CodePage of_string8_;
};

}  // namespace

std::optional<PropertyName> read_rop_name(ByteReader& from) {
  constexpr std::uint8_t kLid = 0, kName = 1, kNone = 0xFF;
  const std::uint8_t kind = from.u8();
  PropertyName name;
  name.set = from.guid();
  if (kind == kLid) {
    name.id = from.u32();
  } else if (kind == kName) {
    const std::uint8_t size = from.u8();
    BytesView wide = from.bytes(size);
    if (wide.ends_with(BytesView("\0\0", 2))) wide.remove_suffix(2);
    name.id = decode_text(wide, code_page::kUtf16);
  } else if (kind != kNone) {
    from.refuse("a property's name of an unknown kind");
  }
  return kind == kNone ? std::nullopt : std::optional(std::move(name));
}

Result<std::vector<RopRequest>> decode_requests(BytesView list, CodePage of_string8) {
  std::vector<RopRequest> requests;
  ByteReader from(list);
  while (from.ok() && from.left() > 0) {
    const auto id = static_cast<RopId>(from.u8());
    RopRequest request;
    request.logon_id = from.u8();
    request.handle_index = from.u8();
    request.body = RequestReader(from, of_string8).read(id);
    requests.push_back(std::move(request));
  }
  MAPISYNC_TRYV(from.verdict("ROP request"));
  return requests;
}

}  // namespace mapisync::wire
