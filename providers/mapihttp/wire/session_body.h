// The binary bodies of Connect, Execute, Disconnect, NotificationWait. [MS-OXCMAPIHTTP 2.2.4]
// Values and pure functions; any thread. Views of decoded bodies copy: nothing points into the bytes given.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync::wire {

struct ConnectRequest {
  std::string user_dn;
  std::uint32_t flags{0};
  std::uint32_t code_page{1252};  // of PtypString8 values
  std::uint32_t lcid_sort{1033};
  std::uint32_t lcid_string{1033};
  Bytes auxiliary;
  friend bool operator==(const ConnectRequest&, const ConnectRequest&) = default;
};

// Of any response with an error_code other than 0 nothing more is read: what follows it need not parse.

struct ConnectResponse {
  std::uint32_t error_code{0};
  std::uint32_t polls_max_ms{0};
  std::uint32_t retry_count{0};
  std::uint32_t retry_delay_ms{0};
  std::string dn_prefix;
  std::string display_name;  // UTF-8
  Bytes auxiliary;
  friend bool operator==(const ConnectResponse&, const ConnectResponse&) = default;
};

struct ExecuteRequest {
  std::uint32_t flags{0};  // execute_flags::
  Bytes rop_buffer;        // see rpc_header_ext.h
  std::uint32_t max_rop_out{0};
  Bytes auxiliary;
  friend bool operator==(const ExecuteRequest&, const ExecuteRequest&) = default;
};

struct ExecuteResponse {
  std::uint32_t error_code{0};
  std::uint32_t flags{0};
  Bytes rop_buffer;
  Bytes auxiliary;
  friend bool operator==(const ExecuteResponse&, const ExecuteResponse&) = default;
};

struct DisconnectRequest {
  Bytes auxiliary;
  friend bool operator==(const DisconnectRequest&, const DisconnectRequest&) = default;
};
struct DisconnectResponse {
  std::uint32_t error_code{0};
  Bytes auxiliary;
  friend bool operator==(const DisconnectResponse&, const DisconnectResponse&) = default;
};

struct NotificationWaitRequest {
  std::uint32_t flags{0};
  Bytes auxiliary;
};
struct NotificationWaitResponse {
  std::uint32_t error_code{0};
  bool event_pending{false};
  Bytes auxiliary;
};

/// The body of any request that failed as a whole; status is not 0.
struct FailedBody {
  std::uint32_t status{0};
  Bytes auxiliary;
};

/// What cannot be said (a NUL within a text, a buffer of a request beyond its limit) is Errc::invalid_argument.
Result<Bytes> encode(const ConnectRequest& request);
Result<Bytes> encode(const ConnectResponse& response);
Result<Bytes> encode(const ExecuteRequest& request);
Result<Bytes> encode(const ExecuteResponse& response);
Result<Bytes> encode(const DisconnectRequest& request);
Result<Bytes> encode(const DisconnectResponse& response);
Result<Bytes> encode(const NotificationWaitRequest& request);
Result<Bytes> encode(const NotificationWaitResponse& response);
Result<Bytes> encode(const FailedBody& response);

/// A response whose StatusCode is not 0 becomes Errc::call_failed with the code in raw_code.
Result<ConnectRequest> decode_connect_request(BytesView body);
Result<ConnectResponse> decode_connect_response(BytesView body);
Result<ExecuteRequest> decode_execute_request(BytesView body);
Result<ExecuteResponse> decode_execute_response(BytesView body);
Result<DisconnectRequest> decode_disconnect_request(BytesView body);
Result<DisconnectResponse> decode_disconnect_response(BytesView body);
Result<NotificationWaitRequest> decode_notification_wait_request(BytesView body);
Result<NotificationWaitResponse> decode_notification_wait_response(BytesView body);
Result<FailedBody> decode_failed_body(BytesView body);

}  // namespace mapisync::wire
