#include "providers/mapihttp/wire/byte_writer.h"
#include "providers/mapihttp/wire/rop_response.h"

namespace mapisync::wire {
namespace {

// The fields behind the head; one overload for each form.
class ResponseWriter {
 public:
  ResponseWriter(ByteWriter& to, const RopResponse& response, const TagList* columns, CodePage of_string8)
      : to_(to), response_(response), columns_(columns), of_string8_(of_string8) {}

  void operator()(const PlainResponse& /*empty*/) {}
  void operator()(const LogonResponse& r) {
    to_.u8(r.logon_flags);
    for (const ShortId& folder : r.folders) write(to_, folder);
    to_.u8(r.response_flags);
    to_.guid(r.mailbox_guid);
    to_.u16(r.replid);
    to_.guid(r.replguid);
    for (const std::uint8_t byte : r.logon_time) to_.u8(byte);
    to_.u64(r.gwart_time);
    to_.u32(r.store_state);
  }
  void operator()(const LogonRedirect& r) {
    to_.u8(r.logon_flags);
    to_.count8(r.server.size() + 1);
    to_.narrow_text(r.server);
  }
  void operator()(const OpenFolderResponse& r) {
    to_.u8(r.has_rules ? 1 : 0);
    ghosted(r.ghosted);
  }
  void operator()(const CreateFolderResponse& r) {
    write(to_, r.folder);
    to_.u8(r.existing ? 1 : 0);
    if (!r.existing) return;
    to_.u8(r.has_rules ? 1 : 0);
    ghosted(r.ghosted);
  }
  void operator()(const OpenMessageResponse& r) {
    to_.u8(r.has_named_properties ? 1 : 0);
    text(r.subject_prefix);
    text(r.normalized_subject);
    to_.u16(r.recipient_count);
    to_.count16(r.recipient_columns.size());
    for (const PropertyTag tag : r.recipient_columns) to_.u32(tag);
    to_.count8(r.recipients.size());
    for (const RecipientRow& recipient : r.recipients) {
      to_.u8(recipient.type);
      to_.u16(recipient.code_page);
      to_.u16(recipient.reserved);
      to_.count16(recipient.row.size());
      to_.bytes(recipient.row);
    }
  }
  void operator()(const TableResponse& r) { to_.u32(r.row_count); }
  void operator()(const TableStatusResponse& r) { to_.u8(r.status); }
  void operator()(const QueryRowsResponse& r) {
    to_.u8(r.origin);
    to_.count16(r.rows.size());
    if (!r.rows.empty() && columns_ == nullptr) return to_.refuse("rows of a table whose columns are not known");
    for (const PropertyRow& row : r.rows) write_row(to_, *columns_, row, of_string8_);
  }
  void operator()(const SeekRowResponse& r) {
    to_.u8(r.has_sought_less ? 1 : 0);
    to_.i32(r.rows_sought);
  }
  void operator()(const GetPropertiesSpecificResponse& r) {
    if (columns_ == nullptr) return to_.refuse("properties that nobody asked for");
    write_row(to_, *columns_, r.row, of_string8_);
  }
  void operator()(const GetPropertiesAllResponse& r) {
    to_.count16(r.properties.size());
    for (const Property& property : r.properties) write_tagged(to_, property.tag, property.value, of_string8_);
  }
  void operator()(const OpenStreamResponse& r) { to_.u32(r.size); }
  void operator()(const ReadStreamResponse& r) {
    to_.count16(r.data.size());
    to_.bytes(r.data);
  }
  void operator()(const LongTermIdFromIdResponse& r) { write_long_term_id(to_, r.id); }
  void operator()(const IdFromLongTermIdResponse& r) { write(to_, r.id); }
  void operator()(const GetNamesFromPropertyIdsResponse& r) {
    to_.count16(r.names.size());
    for (const auto& name : r.names) write_rop_name(to_, name);
  }
  void operator()(const GetPropertyIdsFromNamesResponse& r) {
    to_.count16(r.ids.size());
    for (const std::uint16_t id : r.ids) to_.u16(id);
  }
  void operator()(const QueryPositionResponse& r) {
    to_.u32(r.row);
    to_.u32(r.row_count);
  }
  void operator()(const PartialCompletionResponse& r) {
    if (response_.return_value == rop_error::kDestinationNull) to_.u32(r.destination_index);
    to_.u8(r.partial ? 1 : 0);
  }
  void operator()(const ProgressResponse& r) {
    to_.u8(r.logon_id);
    to_.u32(r.completed);
    to_.u32(r.total);
  }
  void operator()(const SourceGetBufferResponse& r) {
    if (r.short_form) return;
    to_.u16(r.transfer_status);
    to_.u16(r.in_progress_count);
    to_.u16(r.total_step_count);
    to_.u8(r.reserved);
    to_.count16(r.buffer.size());
    if (response_.return_value == rop_error::kServerBusy) return to_.u32(r.backoff_ms);
    to_.bytes(r.buffer);
  }
  void operator()(const BufferTooSmallResponse& r) {
    to_.u16(r.size_needed);
    to_.bytes(r.requests);
  }
  void operator()(const BackoffResponse& r) {
    to_.u8(r.logon_id);
    to_.u32(r.duration_ms);
    to_.count8(r.rops.size());
    for (const BackoffResponse::Rop& rop : r.rops) {
      to_.u8(rop.id);
      to_.u32(rop.duration_ms);
    }
    to_.count16(r.additional.size());
    to_.bytes(r.additional);
  }
  void operator()(const PendingResponse& r) { to_.u16(r.session_index); }
  void operator()(const NotifyResponse& r) { to_.bytes(r.rest); }

 private:
  void ghosted(const std::optional<GhostedServers>& servers) {
    to_.u8(servers ? 1 : 0);
    if (!servers) return;
    to_.count16(servers->names.size());
    to_.u16(servers->cheap_count);
    for (const std::string& name : servers->names) to_.narrow_text(name);
  }
  void text(const TypedString& text) {
    to_.u8(static_cast<std::uint8_t>(text.type));
    if (text.type == TypedString::Type::unicode) return to_.wide_text(text.utf8);
    if (text.type != TypedString::Type::string8 && text.type != TypedString::Type::reduced_unicode) return;
    // Reduced: the high bytes, all zero, are left out.
    constexpr CodePage kLatin1 = 28591;
    const auto encoded = encode_text(text.utf8, text.type == TypedString::Type::string8 ? of_string8_ : kLatin1);
    if (!encoded) return to_.refuse("a text has a character that its code page lacks");
    to_.narrow_text(encoded.value());
  }
  ByteWriter& to_;
  const RopResponse& response_;
  const TagList* columns_;
  CodePage of_string8_;
};

bool has_head(RopId id) {
  return id != RopId::buffer_too_small && id != RopId::backoff && id != RopId::pending && id != RopId::notify;
}

// The columns of the rows that answer this request; null if it answers with none, or if nobody knows them.
const TagList* columns_of(const RopRequest& request, const ResponseContext& context) {
  if (const auto* specific = std::get_if<GetPropertiesSpecificRequest>(&request.body)) return &specific->tags;
  const auto found = context.columns.find(request.handle_index);
  return found == context.columns.end() ? nullptr : &found->second;
}

}  // namespace

Result<Bytes> encode_responses(const std::vector<RopResponse>& responses, ResponseContext context) {
  ByteWriter to;
  std::size_t next = 0;
  for (const RopResponse& response : responses) {
    const TagList* columns = nullptr;
    while (next < context.requests.size() && rop_id_of(context.requests[next].body) == RopId::release) ++next;
    if (has_head(response.id) && next < context.requests.size()) {
      const RopRequest& request = context.requests[next++];
      if (const auto* set = std::get_if<SetColumnsRequest>(&request.body))
        context.columns[request.handle_index] = set->tags;
      columns = columns_of(request, context);
    }
    to.u8(static_cast<std::uint8_t>(response.id));
    if (has_head(response.id)) {
      to.u8(response.handle_index);
      to.u32(response.return_value);
    }
    std::visit(ResponseWriter(to, response, columns, context.of_string8), response.body);
  }
  return to.take("ROP response");
}

}  // namespace mapisync::wire
