// The bodies of Connect, Execute and Disconnect, requests and answers, both ways. [wire 1.5] The RopBuffer and the
// auxiliary buffers are opaque here. PING has none. Pure, bounded by the bytes given; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync::mapihttp {

struct ConnectRequest {
  std::string user_dn;  // legacyExchangeDN of who authenticates; ASCII, without NUL
  std::uint32_t flags{0};
  std::uint32_t code_page{1252};
  std::uint32_t lcid_sort{1033};
  std::uint32_t lcid_string{1033};
  Bytes aux;
  friend bool operator==(const ConnectRequest&, const ConnectRequest&) = default;
};

struct ConnectResponse {
  std::uint32_t error_code{0};
  std::uint32_t polls_max{0};  // ms
  std::uint32_t retry_count{0};
  std::uint32_t retry_delay{0};  // ms
  std::string dn_prefix;
  std::u16string display_name;
  Bytes aux;
  friend bool operator==(const ConnectResponse&, const ConnectResponse&) = default;
};

namespace execute_flag {
inline constexpr std::uint32_t kNoCompression = 0x1, kNoXorMagic = 0x2, kChain = 0x4;
}
/// The largest RopBuffer either side may send, headers included.
inline constexpr std::uint32_t kMostRopBytes = 0x40000;

struct ExecuteRequest {
  std::uint32_t flags{execute_flag::kNoCompression | execute_flag::kNoXorMagic};
  Bytes rop_buffer;
  std::uint32_t max_rop_out{0x8008};  // 8 ... kMostRopBytes
  Bytes aux;
  friend bool operator==(const ExecuteRequest&, const ExecuteRequest&) = default;
};

struct ExecuteResponse {
  std::uint32_t error_code{0};
  std::uint32_t flags{0};
  Bytes rop_buffer;  // empty after an error
  Bytes aux;
  friend bool operator==(const ExecuteResponse&, const ExecuteResponse&) = default;
};

struct DisconnectRequest {
  Bytes aux;
  friend bool operator==(const DisconnectRequest&, const DisconnectRequest&) = default;
};

struct DisconnectResponse {
  std::uint32_t error_code{0};
  Bytes aux;
  friend bool operator==(const DisconnectResponse&, const DisconnectResponse&) = default;
};

// What cannot be said (a NUL within user_dn, a buffer beyond its limit) is Errc::invalid_argument.
Result<Bytes> encode(const ConnectRequest& request);
Result<Bytes> encode(const ExecuteRequest& request);
Bytes encode(const DisconnectRequest& request);
Bytes encode(const ConnectResponse& response);
Bytes encode(const ExecuteResponse& response);
Bytes encode(const DisconnectResponse& response);
/// The body of any answer that failed as a whole: a StatusCode other than 0.
Bytes encode_failed_body(std::uint32_t status_code);

// Errc::malformed for what does not parse, and for bytes left over. Of an answer with a StatusCode other than 0: what
// status_code_failure() makes of it. An ErrorCode is not judged here; what follows one need not parse, and is dropped.
Result<ConnectRequest> decode_connect_request(BytesView body);
Result<ExecuteRequest> decode_execute_request(BytesView body);
Result<DisconnectRequest> decode_disconnect_request(BytesView body);
Result<ConnectResponse> decode_connect_response(BytesView body);
Result<ExecuteResponse> decode_execute_response(BytesView body);
Result<DisconnectResponse> decode_disconnect_response(BytesView body);

}  // namespace mapisync::mapihttp
