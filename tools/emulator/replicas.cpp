#include "tools/emulator/replicas.h"

#include <algorithm>
#include <limits>

#include "tools/emulator/rop_failure.h"

namespace mapisync::emulator {

Guid guid_of_bytes(BytesView bytes) {
  Guid guid{};
  if (bytes.size() < guid.size()) return guid;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(bytes.data()), guid.size(), guid.begin());
  return guid;
}

Result<Guid> Replicas::current() {
  MAPISYNC_TRY(bytes, mailbox_->replica_guid());
  const Guid guid = guid_of_bytes(bytes);
  replid_of(guid);
  return guid;
}

Result<bool> Replicas::only_one() {
  MAPISYNC_TRY(moves, mailbox_->moves());
  return moves == 0;
}

std::uint16_t Replicas::replid_of(const Guid& replguid) {
  const auto found = std::find(known_.begin(), known_.end(), replguid);
  const auto index = static_cast<std::size_t>(found - known_.begin());
  // More databases than numbers come from nobody but a client that invents them; they share the last.
  if (index + 1 >= std::numeric_limits<std::uint16_t>::max()) return std::numeric_limits<std::uint16_t>::max();
  if (found == known_.end()) known_.push_back(replguid);
  return static_cast<std::uint16_t>(index + 1);
}

std::optional<Guid> Replicas::guid_of(std::uint16_t replid) const {
  if (replid == 0 || replid > known_.size()) return std::nullopt;
  return known_[replid - 1];
}

std::optional<wire::GlobalId> Replicas::lengthen(const wire::ShortId& id) const {
  const std::optional<Guid> guid = guid_of(id.replid);
  if (!guid) return std::nullopt;
  return wire::GlobalId{*guid, id.counter};
}

Result<wire::GlobalId> Replicas::id_of(const Bytes& native_key) { return wire::global_id_of(native_key); }

Result<wire::GlobalId> Replicas::change_number(std::uint64_t number, const Bytes& change_key) {
  const Result<wire::GlobalId> made = wire::global_id_of(change_key);
  if (made && made.value().counter == number) return made.value();
  MAPISYNC_TRY(guid, current());
  return wire::GlobalId{guid, number};
}

}  // namespace mapisync::emulator
