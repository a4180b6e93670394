#include "providers/mapihttp/wire/identifiers.h"

namespace mapisync::wire {

namespace {
constexpr std::size_t kXidMin = 17, kXidMax = 24;
}

ShortId read_short_id(ByteReader& from) {
  ShortId id;
  id.replid = from.u16();
  id.counter = from.big_endian48();
  return id;
}

void write(ByteWriter& to, const ShortId& id) {
  to.u16(id.replid);
  to.big_endian48(id.counter);
}

std::int64_t to_integer(const ShortId& id) {
  std::uint64_t value = id.replid;
  for (unsigned i = 0; i < 6; ++i) value |= ((id.counter >> (8 * (5 - i))) & 0xFF) << (16 + 8 * i);
  return static_cast<std::int64_t>(value);
}

ShortId short_id_of(std::int64_t integer) {
  const auto value = static_cast<std::uint64_t>(integer);
  ShortId id;
  id.replid = static_cast<std::uint16_t>(value & 0xFFFF);
  for (unsigned i = 0; i < 6; ++i) id.counter = (id.counter << 8) | ((value >> (16 + 8 * i)) & 0xFF);
  return id;
}

GlobalId read_global_id(ByteReader& from) {
  GlobalId id;
  id.replguid = from.guid();
  id.counter = from.big_endian48();
  return id;
}

void write(ByteWriter& to, const GlobalId& id) {
  to.guid(id.replguid);
  to.big_endian48(id.counter);
}

Bytes to_bytes(const GlobalId& id) {
  Bytes out(reinterpret_cast<const char*>(id.replguid.data()), id.replguid.size());
  for (int shift = 40; shift >= 0; shift -= 8) out.push_back(static_cast<char>((id.counter >> shift) & 0xFF));
  return out;
}

Result<GlobalId> global_id_of(BytesView key) {
  ByteReader from(key);
  const GlobalId id = read_global_id(from);
  MAPISYNC_TRYV(from.end_of("global id"));
  return id;
}

GlobalId read_long_term_id(ByteReader& from) {
  const GlobalId id = read_global_id(from);
  from.bytes(2);
  return id;
}

void write_long_term_id(ByteWriter& to, const GlobalId& id) {
  write(to, id);
  to.zeros(2);
}

Result<std::vector<Bytes>> decode_predecessor_change_list(BytesView bytes) {
  std::vector<Bytes> keys;
  ByteReader from(bytes);
  while (from.ok() && from.left() > 0) {
    const std::size_t size = from.u8();
    if (size < kXidMin || size > kXidMax) from.refuse("a change key has an impossible size");
    const BytesView key = from.bytes(size);
    if (from.ok()) keys.emplace_back(key);
  }
  MAPISYNC_TRYV(from.verdict("predecessor change list"));
  return keys;
}

Result<Bytes> encode_predecessor_change_list(const std::vector<Bytes>& keys) {
  ByteWriter out;
  for (const Bytes& key : keys) {
    if (key.size() < kXidMin || key.size() > kXidMax) out.refuse("a change key has an impossible size");
    out.count8(key.size());
    out.bytes(key);
  }
  return out.take("predecessor change list");
}

}  // namespace mapisync::wire
