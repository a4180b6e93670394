#include "providers/mapihttp/wire/rpc_header_ext.h"

#include <limits>

#include "providers/mapihttp/wire/byte_writer.h"
#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/limits.h"
#include "providers/mapihttp/wire/lz77.h"

namespace mapisync::wire {
namespace {

constexpr std::uint16_t kKnownFlags = rpc_header::kCompressed | rpc_header::kXorMagic | rpc_header::kLast;

Result<Bytes> open_payload(const RpcHeaderExt& header, BytesView travelled) {
  Bytes payload(travelled);
  if ((header.flags & rpc_header::kXorMagic) != 0) apply_xor_magic(payload);
  if ((header.flags & rpc_header::kCompressed) != 0) return decompress_lz77(payload, header.size_actual);
  if (header.size != header.size_actual)
    return malformed("RPC_HEADER_EXT: two sizes for a payload that is not compressed");
  return payload;
}

}  // namespace

Bytes encode_rpc_header_ext(const RpcHeaderExt& header) {
  Bytes out;
  append_le(out, header.version);
  append_le(out, header.flags);
  append_le(out, header.size);
  append_le(out, header.size_actual);
  return out;
}

RpcHeaderExt decode_rpc_header_ext(ByteReader& from) {
  RpcHeaderExt header;
  header.version = from.u16();
  header.flags = from.u16();
  header.size = from.u16();
  header.size_actual = from.u16();
  if (header.version != 0) from.refuse("a header of an unknown version");
  if ((header.flags & ~kKnownFlags) != 0) from.refuse("a header with unknown flags");
  return header;
}

void apply_xor_magic(Bytes& payload) noexcept {
  for (char& c : payload) c = static_cast<char>(static_cast<unsigned char>(c) ^ rpc_header::kXorByte);
}

Result<Bytes> encode_rop_buffer(std::span<const Bytes> payloads, PayloadForm form) {
  Bytes out;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    Bytes payload = payloads[i];
    if (payload.size() > std::numeric_limits<std::uint16_t>::max()) {
      return fail(Errc::invalid_argument, Scope::folder, Retry::never,
                  "a payload of " + std::to_string(payload.size()) + " bytes does not fit its header");
    }
    RpcHeaderExt header;
    header.size_actual = static_cast<std::uint16_t>(payload.size());
    if (form.compressed) {
      Bytes smaller = compress_lz77(payload);
      if (smaller.size() < payload.size()) {
        payload = std::move(smaller);
        header.flags |= rpc_header::kCompressed;
      }
    }
    if (form.xor_magic) {
      apply_xor_magic(payload);
      header.flags |= rpc_header::kXorMagic;
    }
    if (i + 1 == payloads.size()) header.flags |= rpc_header::kLast;
    header.size = static_cast<std::uint16_t>(payload.size());
    out += encode_rpc_header_ext(header);
    out += payload;
  }
  return out;
}

Result<std::vector<Bytes>> decode_rop_buffer(BytesView buffer) {
  std::vector<Bytes> payloads;
  ByteReader reader(buffer);
  bool last = false;
  while (!last) {
    const RpcHeaderExt header = decode_rpc_header_ext(reader);
    const BytesView travelled = reader.bytes(header.size);
    if (payloads.size() >= limits::kPayloadsMax) reader.refuse("too many chained payloads");
    MAPISYNC_TRYV(reader.verdict("RPC_HEADER_EXT"));
    MAPISYNC_TRY(payload, open_payload(header, travelled));
    payloads.push_back(std::move(payload));
    last = (header.flags & rpc_header::kLast) != 0;
  }
  MAPISYNC_TRYV(reader.end_of("RPC_HEADER_EXT"));
  return payloads;
}

}  // namespace mapisync::wire
