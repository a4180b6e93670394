// The sets of a synchronization state, and the making of large ones. Values; one writer.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/fast_transfer_handler.h"
#include "providers/mapihttp/wire/idset.h"
#include "tools/emulator/replicas.h"

namespace mapisync::emulator {

struct SyncSets {
  wire::ReplguidIdset given;
  wire::Cnset seen, seen_fai, read;

  /// One set as it was uploaded. rop_code::kFormat for what is none.
  Result<void> upload(PropertyTag tag, BytesView bytes);
  /// As sent at the end of a run: a hierarchy has only the first two.
  wire::StreamState to_stream(bool contents) const;
};

/// Collects ids in any order at no cost.
class SetBuilder {
 public:
  void add(const wire::GlobalId& id) { intervals_[id.replguid].push_back({id.counter, id.counter}); }
  void add_range(const Guid& replguid, std::uint64_t first, std::uint64_t last) {
    if (first <= last) intervals_[replguid].push_back({first, last});
  }
  wire::ReplguidIdset build() const;
  bool empty() const noexcept { return intervals_.empty(); }

 private:
  std::map<Guid, std::vector<wire::Interval>> intervals_;
};

/// As it travels to a client of this session.
wire::ReplidIdset to_replids(Replicas& replicas, const wire::ReplguidIdset& set);

}  // namespace mapisync::emulator
