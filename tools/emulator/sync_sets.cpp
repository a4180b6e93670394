#include "tools/emulator/sync_sets.h"

#include "providers/mapihttp/wire/constants.h"
#include "tools/emulator/rop_failure.h"

namespace mapisync::emulator {

namespace meta = wire::meta;

Result<void> SyncSets::upload(PropertyTag tag, BytesView bytes) {
  auto set = wire::decode_replguid_idset(bytes);
  if (!set) return refusal(rop_code::kFormat, "a set of a state: " + set.error().context);
  switch (tag) {
    case meta::kIdsetGiven:
    case meta::kIdsetGivenBinary: given = std::move(set).value(); return success();
    case meta::kCnsetSeen: seen = std::move(set).value(); return success();
    case meta::kCnsetSeenFai: seen_fai = std::move(set).value(); return success();
    case meta::kCnsetRead: read = std::move(set).value(); return success();
    default: return refusal(rop_code::kInvalidParameter, "a set that no state has");
  }
}

wire::StreamState SyncSets::to_stream(bool contents) const {
  wire::StreamState state;
  state.given = given;
  state.seen = seen;
  if (contents) {
    state.seen_fai = seen_fai;
    state.read = read;
  }
  return state;
}

wire::ReplguidIdset SetBuilder::build() const {
  wire::ReplguidIdset set;
  for (const auto& [replguid, intervals] : intervals_) set.assign(replguid, wire::Globset::from(intervals));
  return set;
}

wire::ReplidIdset to_replids(Replicas& replicas, const wire::ReplguidIdset& set) {
  wire::ReplidIdset out;
  for (const auto& [replguid, counters] : set.sets()) out.assign(replicas.replid_of(replguid), counters);
  return out;
}

}  // namespace mapisync::emulator
