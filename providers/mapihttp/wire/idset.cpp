#include "providers/mapihttp/wire/idset.h"

#include "providers/mapihttp/wire/limits.h"
#include "providers/mapihttp/wire/little_endian.h"

namespace mapisync::wire {
namespace {

template <class Replica, class ReadReplica>
Result<BasicIdset<Replica>> decode_sets(BytesView bytes, const char* what, ReadReplica read_replica) {
  if (bytes.size() > limits::kSetBytesMax) {
    return malformed(std::string(what) + ": " + std::to_string(bytes.size()) + " bytes are too many");
  }
  // One replica may come a million times: its intervals are put in order once, at the end.
  std::map<Replica, std::vector<Interval>> found;
  ByteReader reader(bytes);
  std::size_t total = 0;
  while (reader.ok() && reader.left() > 0) {
    const Replica replica = read_replica(reader);
    const Globset set = decode_globset(reader);
    total += set.intervals().size();
    if (total > limits::kIntervalsMax || found.size() > limits::kReplicasMax) {
      reader.refuse("it has too many intervals or replicas");
    }
    if (!reader.ok()) break;
    std::vector<Interval>& intervals = found[replica];
    intervals.insert(intervals.end(), set.intervals().begin(), set.intervals().end());
  }
  MAPISYNC_TRYV(reader.verdict(what));
  BasicIdset<Replica> all;
  for (auto& [replica, intervals] : found) all.assign(replica, Globset::from(std::move(intervals)));
  return all;
}

}  // namespace

Bytes encode_idset(const ReplidIdset& set, GlobsetForm form) {
  Bytes out;
  for (const auto& [replid, counters] : set.sets()) {
    append_le(out, replid);
    out += encode_globset(counters, form);
  }
  return out;
}

Bytes encode_idset(const ReplguidIdset& set, GlobsetForm form) {
  Bytes out;
  for (const auto& [guid, counters] : set.sets()) {
    out.append(reinterpret_cast<const char*>(guid.data()), guid.size());
    out += encode_globset(counters, form);
  }
  return out;
}

Result<ReplidIdset> decode_replid_idset(BytesView bytes) {
  return decode_sets<std::uint16_t>(bytes, "IDSET with REPLIDs", [](ByteReader& reader) { return reader.u16(); });
}

Result<ReplguidIdset> decode_replguid_idset(BytesView bytes) {
  return decode_sets<Guid>(bytes, "IDSET with REPLGUIDs", [](ByteReader& reader) { return reader.guid(); });
}

}  // namespace mapisync::wire
