#include "providers/fake/fake_state.h"

#include <algorithm>
#include <limits>

#include "providers/fake/byte_codec.h"

namespace mapisync::fake {
namespace {

constexpr std::uint32_t kMagic = 0x53464b31;  // "1KFS"
constexpr std::size_t kRangeBytes = 2;        // at least

void write(ByteWriter& out, const IdSet& set) {
  out.u64(set.range_count());
  std::uint64_t floor = 0;
  for (const auto& [first, last] : set.ranges()) {
    out.compact(first - floor);
    out.compact(last - first);
    floor = last;
  }
}

void read(ByteReader& in, IdSet& set) {
  const std::size_t count = in.count(kRangeBytes);
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max() / 4;  // sums below cannot overflow
  std::uint64_t floor = 0;
  for (std::size_t i = 0; i < count && in.good(); ++i) {
    const std::uint64_t gap = in.compact();
    const std::uint64_t length = in.compact();
    // Ranges ascend and never touch.
    if (gap > kMost || length > kMost || floor > kMost || (i > 0 && gap < 2)) return in.fail();
    set.add_range(floor + gap, floor + gap + length);
    floor += gap + length;
  }
}

Failure rejected(const char* why) { return fail(Errc::state_rejected, Scope::folder, Retry::never, why); }

}  // namespace

SyncState FakeState::encode(StateOrigin origin) const {
  ByteWriter out;
  out.u32(kMagic);
  out.u8(static_cast<std::uint8_t>(kind));
  out.bytes(scope);
  out.u64(age);
  out.u64(restriction);
  write(out, given);
  write(out, seen);
  write(out, seen_associated);
  write(out, read);
  out.u64(digest64(out.view()));
  return SyncState{out.take(), origin};
}

Result<FakeState> FakeState::decode(BytesView bytes) {
  constexpr std::size_t kDigestBytes = 8;
  if (bytes.size() < kDigestBytes || bytes.size() > kStateBytesMax) return rejected("no state of this server");
  const BytesView body = bytes.substr(0, bytes.size() - kDigestBytes);
  ByteReader tail(bytes.substr(body.size()));
  if (tail.u64() != digest64(body)) return rejected("no state of this server, or a damaged one");
  ByteReader in(body);
  FakeState state;
  if (in.u32() != kMagic) return rejected("no state of this server");
  const std::uint8_t kind = in.u8();
  if (kind < 1 || kind > 3) return rejected("a state of an unknown kind");
  state.kind = static_cast<StateKind>(kind);
  state.scope = Bytes(in.bytes());
  state.age = in.u64();
  state.restriction = in.u64();
  mapisync::fake::read(in, state.given);
  mapisync::fake::read(in, state.seen);
  mapisync::fake::read(in, state.seen_associated);
  mapisync::fake::read(in, state.read);
  if (!in.done()) return rejected("a damaged state");
  return state;
}

Bytes scope_of(const FolderKey& folder, const Bytes& mapping_signature) {
  ByteWriter out;
  out.bytes(folder.bytes());
  out.bytes(mapping_signature);
  return out.take();
}

std::uint64_t restriction_digest(std::vector<SourceKey> excluded) {
  if (excluded.empty()) return 0;
  std::sort(excluded.begin(), excluded.end());
  ByteWriter out;
  for (const SourceKey& key : excluded) out.bytes(key.bytes());
  return digest64(out.view());
}

}  // namespace mapisync::fake
