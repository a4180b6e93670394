// IDSET and CNSET: for each replica (database) a GLOBSET of ids or change numbers. [MS-OXCFXICS 2.2.2.4, 2.2.2.5]
// Values; one writer.
//
// In the REPLID form, which lives as long as a logon, a replica is a number; in the REPLGUID form, which may be stored,
// a GUID. GUIDs that nobody knows are kept.
#pragma once

#include <cstdint>
#include <map>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/globset.h"

namespace mapisync::wire {

template <class Replica>
class BasicIdset {
 public:
  void add(const Replica& replica, std::uint64_t counter) { sets_[replica].add(counter); }
  void add_range(const Replica& replica, std::uint64_t first, std::uint64_t last) {
    sets_[replica].add_range(first, last);
  }
  void remove(const Replica& replica, std::uint64_t counter) {
    const auto found = sets_.find(replica);
    if (found == sets_.end()) return;
    found->second.remove(counter);
    if (found->second.empty()) sets_.erase(found);
  }
  /// Replaces what the set says of this replica.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): it is moved; in a template that is not seen
  void assign(const Replica& replica, Globset set) {
    if (set.empty()) {
      sets_.erase(replica);
    } else {
      sets_[replica] = std::move(set);
    }
  }

  bool contains(const Replica& replica, std::uint64_t counter) const {
    const auto found = sets_.find(replica);
    return found != sets_.end() && found->second.contains(counter);
  }
  bool contains(const BasicIdset& other) const {
    for (const auto& [replica, set] : other.sets_) {
      const auto found = sets_.find(replica);
      if (found == sets_.end() || !found->second.contains(set)) return false;
    }
    return true;
  }
  bool empty() const noexcept { return sets_.empty(); }
  std::uint64_t size() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& [replica, set] : sets_) sum += set.size();
    return sum;
  }
  /// Ascending by replica, as they are written; none of the sets is empty.
  const std::map<Replica, Globset>& sets() const noexcept { return sets_; }

  friend bool operator==(const BasicIdset&, const BasicIdset&) = default;

 private:
  std::map<Replica, Globset> sets_;
};

using ReplidIdset = BasicIdset<std::uint16_t>;
using ReplguidIdset = BasicIdset<Guid>;
/// A set of change numbers has the same form.
using Cnset = ReplguidIdset;

template <class Replica>
BasicIdset<Replica> unite(const BasicIdset<Replica>& a, const BasicIdset<Replica>& b) {
  BasicIdset<Replica> all = a;
  for (const auto& [replica, set] : b.sets()) {
    const auto found = a.sets().find(replica);
    all.assign(replica, found == a.sets().end() ? set : unite(found->second, set));
  }
  return all;
}

template <class Replica>
BasicIdset<Replica> subtract(const BasicIdset<Replica>& a, const BasicIdset<Replica>& b) {
  BasicIdset<Replica> rest = a;
  for (const auto& [replica, set] : a.sets()) {
    const auto found = b.sets().find(replica);
    if (found != b.sets().end()) rest.assign(replica, subtract(set, found->second));
  }
  return rest;
}

template <class Replica>
BasicIdset<Replica> intersect(const BasicIdset<Replica>& a, const BasicIdset<Replica>& b) {
  BasicIdset<Replica> common;
  for (const auto& [replica, set] : a.sets()) {
    const auto found = b.sets().find(replica);
    if (found != b.sets().end()) common.assign(replica, intersect(set, found->second));
  }
  return common;
}

/// The empty set is zero bytes.
Bytes encode_idset(const ReplidIdset& set, GlobsetForm form = {});
Bytes encode_idset(const ReplguidIdset& set, GlobsetForm form = {});
/// The whole of `bytes` is one set. A replica that comes twice is merged.
Result<ReplidIdset> decode_replid_idset(BytesView bytes);
Result<ReplguidIdset> decode_replguid_idset(BytesView bytes);

}  // namespace mapisync::wire
