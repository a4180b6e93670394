// The forms in which folders, messages and changes are named. [MS-OXCDATA 2.2, MS-OXCFXICS 2.2.2.1-2.2.2.3]
// Values; any thread.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/byte_writer.h"

namespace mapisync::wire {

/// FID, MID or CN as it travels in ROPs: the number of a replica, good for one logon only, and a counter.
struct ShortId {
  std::uint16_t replid{0};
  std::uint64_t counter{0};  // 48 bits
  friend auto operator<=>(const ShortId&, const ShortId&) = default;
};

/// The same as it may be stored: 22 bytes, the form of source keys and change keys that a server makes.
struct GlobalId {
  static constexpr std::size_t kSize = 22;
  Guid replguid{};
  std::uint64_t counter{0};
  bool none() const noexcept { return *this == GlobalId{}; }
  // NOLINTNEXTLINE(modernize-use-nullptr): the comparison of arrays behind it, as clang-tidy 14 sees it
  friend auto operator<=>(const GlobalId&, const GlobalId&) = default;
};

ShortId read_short_id(ByteReader& from);
void write(ByteWriter& to, const ShortId& id);
/// As the value of a property of type PtypInteger64, and back.
std::int64_t to_integer(const ShortId& id);
ShortId short_id_of(std::int64_t integer);

GlobalId read_global_id(ByteReader& from);
void write(ByteWriter& to, const GlobalId& id);
Bytes to_bytes(const GlobalId& id);
/// Errc::malformed for a key of another form (a foreign one).
Result<GlobalId> global_id_of(BytesView key);

/// LongTermID: a global id and two bytes of padding.
GlobalId read_long_term_id(ByteReader& from);
void write_long_term_id(ByteWriter& to, const GlobalId& id);

/// PredecessorChangeList: change keys, each behind its size. Keys of at least 17 bytes, a GUID and more.
Result<std::vector<Bytes>> decode_predecessor_change_list(BytesView bytes);
Result<Bytes> encode_predecessor_change_list(const std::vector<Bytes>& keys);

}  // namespace mapisync::wire
