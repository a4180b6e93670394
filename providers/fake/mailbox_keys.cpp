#include "providers/fake/mailbox_keys.h"

#include <map>

#include "providers/fake/byte_codec.h"
#include "providers/fake/seeded.h"

namespace mapisync::fake {
namespace {

constexpr std::uint8_t kRefVersion = 1;
constexpr std::size_t kXidMax = 255;

// GUID -> local id. A list that does not parse counts up to where it does.
std::map<Bytes, Bytes> parse_predecessors(BytesView list) {
  std::map<Bytes, Bytes> entries;
  while (!list.empty()) {
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(list[0]));
    if (size <= kGuidSize || size + 1 > list.size()) break;
    entries.emplace(list.substr(1, kGuidSize), list.substr(1 + kGuidSize, size - kGuidSize));
    list.remove_prefix(1 + size);
  }
  return entries;
}

bool usable(BytesView change_key) { return change_key.size() > kGuidSize && change_key.size() <= kXidMax; }

}  // namespace

Bytes pseudo_random(std::uint64_t seed, std::uint64_t what, std::size_t count) {
  Seeded random(seed * 0x9e3779b97f4a7c15ULL + what);
  Bytes out;
  while (out.size() < count) {
    std::uint64_t word = random.next();
    for (int i = 0; i < 8 && out.size() < count; ++i, word >>= 8U) out.push_back(static_cast<char>(word & 0xff));
  }
  return out;
}

Bytes native_key(BytesView replica_guid, std::uint64_t number) {
  Bytes key(replica_guid.substr(0, kGuidSize));
  for (int shift = 40; shift >= 0; shift -= 8) key.push_back(static_cast<char>((number >> shift) & 0xff));
  return key;
}

Bytes extend_predecessors(BytesView list, BytesView change_key) {
  std::map<Bytes, Bytes> entries = parse_predecessors(list);
  if (usable(change_key)) {
    Bytes& local = entries[Bytes(change_key.substr(0, kGuidSize))];
    const BytesView mine = change_key.substr(kGuidSize);
    // All ids of one GUID have the same length, so bytewise order is numeric order.
    if (local.size() != mine.size() || local < mine) local = Bytes(mine);
  }
  Bytes out;
  for (const auto& [guid, local] : entries) {
    out.push_back(static_cast<char>(guid.size() + local.size()));
    out += guid;
    out += local;
  }
  return out;
}

bool predecessors_cover(BytesView list, BytesView change_key) {
  if (!usable(change_key)) return false;
  const std::map<Bytes, Bytes> entries = parse_predecessors(list);
  const auto entry = entries.find(Bytes(change_key.substr(0, kGuidSize)));
  return entry != entries.end() && entry->second >= change_key.substr(kGuidSize);
}

MessageRef make_ref(const RefParts& parts) {
  ByteWriter out;
  out.u8(kRefVersion);
  out.u64(parts.folder);
  out.u64(parts.mid);
  out.u64(parts.change_number);
  out.bytes(parts.source_key.bytes());
  return MessageRef(out.take());
}

std::optional<RefParts> parse_ref(const MessageRef& ref) {
  ByteReader in(ref.bytes());
  RefParts parts;
  const bool ours = in.u8() == kRefVersion;
  parts.folder = in.u64();
  parts.mid = in.u64();
  parts.change_number = in.u64();
  parts.source_key = SourceKey(Bytes(in.bytes()));
  if (!ours || !in.done()) return std::nullopt;
  return parts;
}

}  // namespace mapisync::fake
