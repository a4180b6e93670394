// GLOBSET: a set of 48-bit counters (message ids, change numbers) as intervals, never as members. [MS-OXCFXICS 2.2.2.6]
// Values; one writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "providers/mapihttp/wire/byte_reader.h"

namespace mapisync::wire {

/// Both ends included.
struct Interval {
  std::uint64_t first{0};
  std::uint64_t last{0};
  friend bool operator==(const Interval&, const Interval&) = default;
};

class Globset {
 public:
  static constexpr std::uint64_t kCounterMax = (std::uint64_t{1} << 48) - 1;

  Globset() = default;
  /// In any order, overlapping or not; first <= last <= kCounterMax. The way to make a large set: n log n.
  static Globset from(std::vector<Interval> intervals);

  /// Cheap at the end of the set; elsewhere it moves what follows.
  void add(std::uint64_t counter) { add_range(counter, counter); }
  void add_range(std::uint64_t first, std::uint64_t last);
  void remove(std::uint64_t counter) { remove_range(counter, counter); }
  void remove_range(std::uint64_t first, std::uint64_t last);

  bool contains(std::uint64_t counter) const noexcept;
  bool contains(const Globset& other) const noexcept;
  bool empty() const noexcept { return intervals_.empty(); }
  /// Members, not intervals.
  std::uint64_t size() const noexcept;
  /// 0 for the empty set: no counter is 0.
  std::uint64_t largest() const noexcept { return intervals_.empty() ? 0 : intervals_.back().last; }
  /// Ascending, with a gap between each two.
  const std::vector<Interval>& intervals() const noexcept { return intervals_; }

  friend bool operator==(const Globset&, const Globset&) = default;

 private:
  std::vector<Interval> intervals_;
};

/// Linear in the intervals of both.
Globset unite(const Globset& a, const Globset& b);
Globset intersect(const Globset& a, const Globset& b);
Globset subtract(const Globset& a, const Globset& b);

struct GlobsetForm {
  bool bitmasks{
      false};  // shorter where members lie close together; one server is known to read but never to write them
};

/// The commands of the set, with the closing one. Prefixes shared by several intervals are written once.
Bytes encode_globset(const Globset& set, GlobsetForm form = {});
/// Reads commands up to the closing one, in any order and overlapping.
Globset decode_globset(ByteReader& from);

}  // namespace mapisync::wire
