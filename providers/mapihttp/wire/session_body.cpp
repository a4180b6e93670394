#include "providers/mapihttp/wire/session_body.h"

#include <limits>

#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/byte_writer.h"
#include "providers/mapihttp/wire/limits.h"
#include "providers/mapihttp/wire/text.h"

namespace mapisync::wire {
namespace {

void put_sized(ByteWriter& out, BytesView bytes) {
  out.count32(bytes.size());
  out.bytes(bytes);
}

/// Of a request: the other side takes no more.
void put_sized(ByteWriter& out, BytesView bytes, std::size_t most) {
  if (bytes.size() > most) out.refuse("a buffer is larger than a server takes");
  put_sized(out, bytes);
}

Bytes take_sized(ByteReader& from, std::size_t most = std::numeric_limits<std::uint32_t>::max()) {
  const std::uint32_t size = from.u32();
  if (size > most) from.refuse("a buffer is larger than may be sent");
  return Bytes(from.bytes(size));
}

Result<void> status_of(ByteReader& from, const char* what) {
  const std::uint32_t status = from.u32();
  MAPISYNC_TRYV(from.verdict(what));
  if (status == 0) return success();
  return fail(Errc::call_failed, Scope::mailbox, Retry::later,
              std::string(what) + ": the server answers with a failure", status);
}

}  // namespace

Result<Bytes> encode(const ConnectRequest& request) {
  ByteWriter out;
  out.narrow_text(request.user_dn);
  out.u32(request.flags);
  out.u32(request.code_page);
  out.u32(request.lcid_sort);
  out.u32(request.lcid_string);
  put_sized(out, request.auxiliary, limits::kAuxiliaryMax);
  return out.take("Connect request");
}

Result<Bytes> encode(const ConnectResponse& response) {
  ByteWriter out;
  out.u32(0);
  out.u32(response.error_code);
  out.u32(response.polls_max_ms);
  out.u32(response.retry_count);
  out.u32(response.retry_delay_ms);
  out.narrow_text(response.dn_prefix);
  out.wide_text(response.display_name);
  put_sized(out, response.auxiliary);
  return out.take("Connect response");
}

Result<Bytes> encode(const ExecuteRequest& request) {
  ByteWriter out;
  out.u32(request.flags);
  put_sized(out, request.rop_buffer, limits::kRopBufferMax);
  out.u32(request.max_rop_out);
  put_sized(out, request.auxiliary, limits::kAuxiliaryMax);
  return out.take("Execute request");
}

Result<Bytes> encode(const ExecuteResponse& response) {
  ByteWriter out;
  out.u32(0);
  out.u32(response.error_code);
  out.u32(response.flags);
  put_sized(out, response.rop_buffer);
  put_sized(out, response.auxiliary);
  return out.take("Execute response");
}

Result<Bytes> encode(const DisconnectRequest& request) {
  ByteWriter out;
  put_sized(out, request.auxiliary, limits::kAuxiliaryMax);
  return out.take("Disconnect request");
}

Result<Bytes> encode(const DisconnectResponse& response) {
  ByteWriter out;
  out.u32(0);
  out.u32(response.error_code);
  put_sized(out, response.auxiliary);
  return out.take("Disconnect response");
}

Result<Bytes> encode(const NotificationWaitRequest& request) {
  ByteWriter out;
  out.u32(request.flags);
  put_sized(out, request.auxiliary, limits::kAuxiliaryMax);
  return out.take("NotificationWait request");
}

Result<Bytes> encode(const NotificationWaitResponse& response) {
  ByteWriter out;
  out.u32(0);
  out.u32(response.error_code);
  out.u32(response.event_pending ? 1 : 0);
  put_sized(out, response.auxiliary);
  return out.take("NotificationWait response");
}

Result<Bytes> encode(const FailedBody& response) {
  ByteWriter out;
  out.u32(response.status);
  put_sized(out, response.auxiliary);
  return out.take("failure body");
}

Result<ConnectRequest> decode_connect_request(BytesView body) {
  ByteReader from(body);
  ConnectRequest request;
  request.user_dn = from.narrow_text();
  request.flags = from.u32();
  request.code_page = from.u32();
  request.lcid_sort = from.u32();
  request.lcid_string = from.u32();
  request.auxiliary = take_sized(from, limits::kAuxiliaryMax);
  MAPISYNC_TRYV(from.end_of("Connect request"));
  return request;
}

Result<ConnectResponse> decode_connect_response(BytesView body) {
  ByteReader from(body);
  MAPISYNC_TRYV(status_of(from, "Connect response"));
  ConnectResponse response;
  response.error_code = from.u32();
  MAPISYNC_TRYV(from.verdict("Connect response"));
  if (response.error_code != 0) return response;  // a refusal may end where it likes
  response.polls_max_ms = from.u32();
  response.retry_count = from.u32();
  response.retry_delay_ms = from.u32();
  response.dn_prefix = from.narrow_text();
  response.display_name = decode_text(from.wide_text(), code_page::kUtf16);
  response.auxiliary = take_sized(from);
  MAPISYNC_TRYV(from.end_of("Connect response"));
  return response;
}

Result<ExecuteRequest> decode_execute_request(BytesView body) {
  ByteReader from(body);
  ExecuteRequest request;
  request.flags = from.u32();
  request.rop_buffer = take_sized(from, limits::kRopBufferMax);
  request.max_rop_out = from.u32();
  request.auxiliary = take_sized(from, limits::kAuxiliaryMax);
  MAPISYNC_TRYV(from.end_of("Execute request"));
  return request;
}

Result<ExecuteResponse> decode_execute_response(BytesView body) {
  ByteReader from(body);
  MAPISYNC_TRYV(status_of(from, "Execute response"));
  ExecuteResponse response;
  response.error_code = from.u32();
  MAPISYNC_TRYV(from.verdict("Execute response"));
  if (response.error_code != 0) return response;  // diagnostics may follow
  response.flags = from.u32();
  response.rop_buffer = take_sized(from);
  response.auxiliary = take_sized(from);
  MAPISYNC_TRYV(from.end_of("Execute response"));
  return response;
}

Result<DisconnectRequest> decode_disconnect_request(BytesView body) {
  ByteReader from(body);
  DisconnectRequest request;
  request.auxiliary = take_sized(from, limits::kAuxiliaryMax);
  MAPISYNC_TRYV(from.end_of("Disconnect request"));
  return request;
}

Result<DisconnectResponse> decode_disconnect_response(BytesView body) {
  ByteReader from(body);
  MAPISYNC_TRYV(status_of(from, "Disconnect response"));
  DisconnectResponse response;
  response.error_code = from.u32();
  MAPISYNC_TRYV(from.verdict("Disconnect response"));
  if (response.error_code != 0) return response;
  response.auxiliary = take_sized(from);
  MAPISYNC_TRYV(from.end_of("Disconnect response"));
  return response;
}

Result<NotificationWaitRequest> decode_notification_wait_request(BytesView body) {
  ByteReader from(body);
  NotificationWaitRequest request;
  request.flags = from.u32();
  request.auxiliary = take_sized(from, limits::kAuxiliaryMax);
  MAPISYNC_TRYV(from.end_of("NotificationWait request"));
  return request;
}

Result<NotificationWaitResponse> decode_notification_wait_response(BytesView body) {
  ByteReader from(body);
  MAPISYNC_TRYV(status_of(from, "NotificationWait response"));
  NotificationWaitResponse response;
  response.error_code = from.u32();
  MAPISYNC_TRYV(from.verdict("NotificationWait response"));
  if (response.error_code != 0) return response;
  response.event_pending = from.u32() != 0;
  response.auxiliary = take_sized(from);
  MAPISYNC_TRYV(from.end_of("NotificationWait response"));
  return response;
}

Result<FailedBody> decode_failed_body(BytesView body) {
  ByteReader from(body);
  FailedBody response;
  response.status = from.u32();
  response.auxiliary = take_sized(from);
  MAPISYNC_TRYV(from.end_of("failure body"));
  return response;
}

}  // namespace mapisync::wire
