#include "providers/mapihttp/wire/rop_payload.h"

#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/byte_writer.h"
#include "providers/mapihttp/wire/limits.h"

namespace mapisync::wire {

namespace {
constexpr std::size_t kSizeField = 2;  // counts itself
}

Result<Bytes> encode_rop_payload(const RopPayload& payload) {
  ByteWriter to;
  to.count16(payload.rops.size() + kSizeField);
  to.bytes(payload.rops);
  if (payload.handles.size() > limits::kHandlesMax) to.refuse("too many handles");
  for (const std::uint32_t handle : payload.handles) to.u32(handle);
  return to.take("ROP payload");
}

Result<RopPayload> decode_rop_payload(BytesView bytes) {
  RopPayload payload;
  ByteReader from(bytes);
  const std::size_t size = from.u16();
  if (size < kSizeField) {
    from.refuse("a list of ROPs that does not hold its own size");
  } else {
    payload.rops = from.bytes(size - kSizeField);
  }
  if (from.left() % sizeof(std::uint32_t) != 0) from.refuse("a broken table of handles");
  if (from.left() / sizeof(std::uint32_t) > limits::kHandlesMax) from.refuse("too many handles");
  while (from.ok() && from.left() > 0) payload.handles.push_back(from.u32());
  MAPISYNC_TRYV(from.verdict("ROP payload"));
  return payload;
}

}  // namespace mapisync::wire
