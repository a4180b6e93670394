#include "providers/mapihttp/client/client_state.h"

#include <utility>

#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/byte_writer.h"

namespace mapisync::mapihttp {
namespace {

constexpr BytesView kMagic = "mapihttp state 1";
constexpr std::size_t kDigestSize = 8;

Failure rejected(const char* why) { return fail(Errc::state_rejected, Scope::folder, Retry::never, why); }

void put(wire::ByteWriter& out, BytesView bytes) {
  out.count32(bytes.size());
  out.bytes(bytes);
}

BytesView take_sized(wire::ByteReader& from) {
  const std::uint32_t size = from.u32();
  return from.bytes(size);
}

Bytes digest_of(BytesView bytes) {
  wire::ByteWriter out;
  out.u64(digest64(bytes));
  return out.take("digest").value();
}

}  // namespace

void IdBag::join(wire::ReplguidIdset& set) {
  for (auto& [guid, intervals] : ids_) {
    const auto found = set.sets().find(guid);
    wire::Globset joined = wire::Globset::from(std::move(intervals));
    if (found != set.sets().end()) joined = wire::unite(found->second, joined);
    set.assign(guid, std::move(joined));
  }
  ids_.clear();
}

SyncState encode_state(const ClientState& state, StateOrigin origin) {
  wire::ByteWriter out;
  out.bytes(kMagic);
  out.u8(static_cast<std::uint8_t>(state.scope.kind));
  put(out, state.scope.mailbox);
  put(out, state.scope.folder);
  put(out, wire::encode_idset(state.given));
  put(out, wire::encode_idset(state.seen));
  put(out, wire::encode_idset(state.seen_fai));
  put(out, wire::encode_idset(state.read));
  Bytes bytes = out.take("state").value();  // no set has 4 GiB
  bytes += digest_of(bytes);
  return {std::move(bytes), origin};
}

Result<ClientState> decode_state(const SyncState& state, const StateScope& scope) {
  ClientState out;
  out.scope = scope;
  if (state.empty()) return out;
  const BytesView bytes = state.bytes;
  if (!bytes.starts_with(kMagic) || bytes.size() < kMagic.size() + kDigestSize) {
    return rejected("the state is not one of this kind of server");
  }
  const BytesView content = bytes.substr(0, bytes.size() - kDigestSize);
  if (digest_of(content) != bytes.substr(content.size())) return rejected("the state is damaged");
  wire::ByteReader from(content.substr(kMagic.size()));
  StateScope of;
  of.kind = static_cast<StateKind>(from.u8());
  of.mailbox = take_sized(from);
  of.folder = take_sized(from);
  if (of != scope) return rejected("the state belongs to another mailbox, folder or kind of run");
  for (wire::ReplguidIdset* set : {&out.given, &out.seen, &out.seen_fai, &out.read}) {
    auto read = wire::decode_replguid_idset(take_sized(from));
    if (!read) return rejected("the state cannot be read");
    *set = std::move(read).value();
  }
  if (!from.end_of("state")) return rejected("the state is damaged");
  return out;
}

}  // namespace mapisync::mapihttp
