#include "providers/mapihttp/wire/byte_writer.h"
#include "providers/mapihttp/wire/rop_request.h"

namespace mapisync::wire {
namespace {

struct IdOfRequest {
  RopId operator()(const LogonRequest&) const { return RopId::logon; }
  RopId operator()(const ReleaseRequest&) const { return RopId::release; }
  RopId operator()(const OpenFolderRequest&) const { return RopId::open_folder; }
  RopId operator()(const OpenMessageRequest&) const { return RopId::open_message; }
  RopId operator()(const GetHierarchyTableRequest&) const { return RopId::get_hierarchy_table; }
  RopId operator()(const GetContentsTableRequest&) const { return RopId::get_contents_table; }
  RopId operator()(const GetPropertiesSpecificRequest&) const { return RopId::get_properties_specific; }
  RopId operator()(const GetPropertiesAllRequest&) const { return RopId::get_properties_all; }
  RopId operator()(const SetColumnsRequest&) const { return RopId::set_columns; }
  RopId operator()(const SortTableRequest&) const { return RopId::sort_table; }
  RopId operator()(const RestrictRequest&) const { return RopId::restrict_table; }
  RopId operator()(const QueryRowsRequest&) const { return RopId::query_rows; }
  RopId operator()(const SeekRowRequest&) const { return RopId::seek_row; }
  RopId operator()(const QueryPositionRequest&) const { return RopId::query_position; }
  RopId operator()(const CreateFolderRequest&) const { return RopId::create_folder; }
  RopId operator()(const DeleteMessagesRequest& r) const {
    return r.hard ? RopId::hard_delete_messages : RopId::delete_messages;
  }
  RopId operator()(const MoveCopyMessagesRequest&) const { return RopId::move_copy_messages; }
  RopId operator()(const OpenStreamRequest&) const { return RopId::open_stream; }
  RopId operator()(const ReadStreamRequest&) const { return RopId::read_stream; }
  RopId operator()(const LongTermIdFromIdRequest&) const { return RopId::long_term_id_from_id; }
  RopId operator()(const IdFromLongTermIdRequest&) const { return RopId::id_from_long_term_id; }
  RopId operator()(const ProgressRequest&) const { return RopId::progress; }
  RopId operator()(const GetNamesFromPropertyIdsRequest&) const { return RopId::get_names_from_property_ids; }
  RopId operator()(const GetPropertyIdsFromNamesRequest&) const { return RopId::get_property_ids_from_names; }
  RopId operator()(const SourceCopyMessagesRequest&) const { return RopId::fast_transfer_source_copy_messages; }
  RopId operator()(const SourceCopyFolderRequest&) const { return RopId::fast_transfer_source_copy_folder; }
  RopId operator()(const SourceCopyToRequest&) const { return RopId::fast_transfer_source_copy_to; }
  RopId operator()(const SourceCopyPropertiesRequest&) const { return RopId::fast_transfer_source_copy_properties; }
  RopId operator()(const SourceGetBufferRequest&) const { return RopId::fast_transfer_source_get_buffer; }
  RopId operator()(const SynchronizationConfigureRequest&) const { return RopId::synchronization_configure; }
  RopId operator()(const UploadStateStreamBeginRequest&) const { return RopId::upload_state_stream_begin; }
  RopId operator()(const UploadStateStreamContinueRequest&) const { return RopId::upload_state_stream_continue; }
  RopId operator()(const UploadStateStreamEndRequest&) const { return RopId::upload_state_stream_end; }
  RopId operator()(const GetTransferStateRequest&) const { return RopId::get_transfer_state; }
  RopId operator()(const TellVersionRequest&) const { return RopId::tell_version; }
};

// The fields behind the head; one overload for each ROP.
class RequestWriter {
 public:
  RequestWriter(ByteWriter& to, CodePage of_string8) : to_(to), of_string8_(of_string8) {}

  void operator()(const LogonRequest& r) {
    to_.u8(r.logon_flags);
    to_.u32(r.open_flags);
    to_.u32(r.store_state);
    to_.count16(r.essdn.empty() ? 0 : r.essdn.size() + 1);
    if (!r.essdn.empty()) to_.narrow_text(r.essdn);
  }
  void operator()(const ReleaseRequest& /*empty*/) {}
  void operator()(const OpenFolderRequest& r) {
    to_.u8(r.output_index);
    write(to_, r.folder);
    to_.u8(r.open_mode_flags);
  }
  void operator()(const OpenMessageRequest& r) {
    to_.u8(r.output_index);
    to_.u16(r.code_page);
    write(to_, r.folder);
    to_.u8(r.open_mode_flags);
    write(to_, r.message);
  }
  void operator()(const GetHierarchyTableRequest& r) {
    to_.u8(r.output_index);
    to_.u8(r.table_flags);
  }
  void operator()(const GetContentsTableRequest& r) {
    to_.u8(r.output_index);
    to_.u8(r.table_flags);
  }
  void operator()(const GetPropertiesSpecificRequest& r) {
    to_.u16(r.size_limit);
    to_.u16(r.want_unicode ? 1 : 0);
    tags(r.tags);
  }
  void operator()(const GetPropertiesAllRequest& r) {
    to_.u16(r.size_limit);
    to_.u16(r.want_unicode ? 1 : 0);
  }
  void operator()(const SetColumnsRequest& r) {
    to_.u8(r.flags);
    tags(r.tags);
  }
  void operator()(const SortTableRequest& r) {
    to_.u8(r.flags);
    to_.count16(r.orders.size());
    to_.u16(r.category_count);
    to_.u16(r.expanded_count);
    for (const SortOrder& order : r.orders) {
      to_.u32(order.tag);
      to_.u8(order.descending ? 1 : 0);
    }
  }
  void operator()(const RestrictRequest& r) {
    to_.u8(r.flags);
    to_.count16(r.restriction.size());
    to_.bytes(r.restriction);
  }
  void operator()(const QueryRowsRequest& r) {
    to_.u8(r.flags);
    to_.u8(r.forward ? 1 : 0);
    to_.u16(r.row_count);
  }
  void operator()(const QueryPositionRequest& /*empty*/) {}
  void operator()(const GetPropertyIdsFromNamesRequest& r) {
    constexpr std::uint8_t kCreate = 0x02;
    to_.u8(r.create ? kCreate : 0);
    to_.count16(r.names.size());
    for (const PropertyName& name : r.names) write_rop_name(to_, name);
  }
  void operator()(const SeekRowRequest& r) {
    to_.u8(r.origin);
    to_.i32(r.row_count);
    to_.u8(r.want_rows_moved ? 1 : 0);
  }
  void operator()(const CreateFolderRequest& r) {
    to_.u8(r.output_index);
    to_.u8(r.folder_type);
    to_.u8(r.unicode ? 1 : 0);
    to_.u8(r.open_existing ? 1 : 0);
    to_.u8(r.reserved);
    text(r.display_name, r.unicode);
    text(r.comment, r.unicode);
  }
  void operator()(const DeleteMessagesRequest& r) {
    to_.u8(r.want_asynchronous ? 1 : 0);
    to_.u8(r.notify_non_read ? 1 : 0);
    ids(r.messages);
  }
  void operator()(const MoveCopyMessagesRequest& r) {
    to_.u8(r.destination_index);
    ids(r.messages);
    to_.u8(r.want_asynchronous ? 1 : 0);
    to_.u8(r.want_copy ? 1 : 0);
  }
  void operator()(const OpenStreamRequest& r) {
    to_.u8(r.output_index);
    to_.u32(r.tag);
    to_.u8(r.open_mode_flags);
  }
  void operator()(const ReadStreamRequest& r) {
    to_.u16(r.byte_count);
    if (r.byte_count == kServerChoosesSize) to_.u32(r.maximum_byte_count);
  }
  void operator()(const LongTermIdFromIdRequest& r) { write(to_, r.id); }
  void operator()(const IdFromLongTermIdRequest& r) { write_long_term_id(to_, r.id); }
  void operator()(const ProgressRequest& r) { to_.u8(r.want_cancel ? 1 : 0); }
  void operator()(const GetNamesFromPropertyIdsRequest& r) {
    to_.count16(r.ids.size());
    for (const std::uint16_t id : r.ids) to_.u16(id);
  }
  void operator()(const SourceCopyMessagesRequest& r) {
    to_.u8(r.output_index);
    ids(r.messages);
    to_.u8(r.copy_flags);
    to_.u8(r.send_options);
  }
  void operator()(const SourceCopyFolderRequest& r) {
    to_.u8(r.output_index);
    to_.u8(r.copy_flags);
    to_.u8(r.send_options);
  }
  void operator()(const SourceCopyToRequest& r) {
    to_.u8(r.output_index);
    to_.u8(r.level);
    to_.u32(r.copy_flags);
    to_.u8(r.send_options);
    tags(r.excluded);
  }
  void operator()(const SourceCopyPropertiesRequest& r) {
    to_.u8(r.output_index);
    to_.u8(r.level);
    to_.u8(r.copy_flags);
    to_.u8(r.send_options);
    tags(r.included);
  }
  void operator()(const SourceGetBufferRequest& r) {
    to_.u16(r.buffer_size);
    if (r.buffer_size == kServerChoosesSize) to_.u16(r.maximum_buffer_size);
  }
  void operator()(const SynchronizationConfigureRequest& r) {
    to_.u8(r.output_index);
    to_.u8(r.sync_type);
    to_.u8(r.send_options);
    to_.u16(r.flags);
    to_.count16(r.restriction.size());
    to_.bytes(r.restriction);
    to_.u32(r.extra_flags);
    tags(r.tags);
  }
  void operator()(const UploadStateStreamBeginRequest& r) {
    to_.u32(r.state_property);
    to_.u32(r.size);
  }
  void operator()(const UploadStateStreamContinueRequest& r) {
    to_.count32(r.data.size());
    to_.bytes(r.data);
  }
  void operator()(const UploadStateStreamEndRequest& /*empty*/) {}
  void operator()(const GetTransferStateRequest& r) { to_.u8(r.output_index); }
  void operator()(const TellVersionRequest& r) {
    for (const std::uint16_t word : r.version) to_.u16(word);
  }

 private:
  void tags(const TagList& tags) {
    to_.count16(tags.size());
    for (const PropertyTag tag : tags) to_.u32(tag);
  }
  void ids(const std::vector<ShortId>& ids) {
    to_.count16(ids.size());
    for (const ShortId& id : ids) write(to_, id);
  }
  void text(const std::string& utf8, bool unicode) {
    if (unicode) return to_.wide_text(utf8);
    const auto encoded = encode_text(utf8, of_string8_);
    if (!encoded) return to_.refuse("a text has a character that its code page lacks");
    to_.narrow_text(encoded.value());
  }

  ByteWriter& to_;
  CodePage of_string8_;
};

}  // namespace

void write_rop_name(ByteWriter& to, const std::optional<PropertyName>& name) {
  constexpr std::uint8_t kLid = 0, kName = 1, kNone = 0xFF;
  const PropertyName shown = name.value_or(PropertyName{});
  const auto* lid = std::get_if<std::uint32_t>(&shown.id);
  to.u8(!name ? kNone : lid != nullptr ? kLid : kName);
  to.guid(shown.set);
  if (!name) return;
  if (lid != nullptr) return to.u32(*lid);
  Bytes wide;
  append_utf16(std::get<std::string>(shown.id), wide);
  to.count8(wide.size() + 2);
  to.bytes(wide);
  to.zeros(2);
}

RopId rop_id_of(const RopRequestBody& body) noexcept { return std::visit(IdOfRequest{}, body); }

Result<Bytes> encode_requests(const std::vector<RopRequest>& requests, CodePage of_string8) {
  ByteWriter to;
  for (const RopRequest& request : requests) {
    to.u8(static_cast<std::uint8_t>(rop_id_of(request.body)));
    to.u8(request.logon_id);
    to.u8(request.handle_index);
    std::visit(RequestWriter(to, of_string8), request.body);
  }
  return to.take("ROP request");
}

}  // namespace mapisync::wire
