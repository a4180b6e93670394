// RPC_HEADER_EXT: the frame around ROP payloads and auxiliary data, which may compress and obfuscate.
// [MS-OXCRPC 2.2.2.1] Values and pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "providers/mapihttp/wire/byte_reader.h"

namespace mapisync::wire {

struct RpcHeaderExt {
  static constexpr std::size_t kSize = 8;
  std::uint16_t version{0};
  std::uint16_t flags{0};        // rpc_header::
  std::uint16_t size{0};         // of the payload as it travels
  std::uint16_t size_actual{0};  // of the payload as it is
  friend bool operator==(const RpcHeaderExt&, const RpcHeaderExt&) = default;
};

Bytes encode_rpc_header_ext(const RpcHeaderExt& header);
RpcHeaderExt decode_rpc_header_ext(ByteReader& from);

/// Every byte of it, there and back.
void apply_xor_magic(Bytes& payload) noexcept;

/// How payloads travel.
struct PayloadForm {
  bool xor_magic{false};
  bool compressed{false};  // where that makes it smaller
};

/// A buffer of one or more payloads, each with its header, the last one marked; a payload has at most 65,535 bytes.
Result<Bytes> encode_rop_buffer(std::span<const Bytes> payloads, PayloadForm form = {});
/// The payloads of a whole buffer, plain: one, or several where the answer is chained (at most limits::kPayloadsMax).
Result<std::vector<Bytes>> decode_rop_buffer(BytesView buffer);

}  // namespace mapisync::wire
