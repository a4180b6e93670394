// A set of ordinals in intervals: what a planner knows or does not know something about. Pure; memory in intervals.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "engine/isolation/planner.h"

namespace mapisync {

/// An end of an ordered set: its lowest (newest) or highest (oldest) ordinals.
enum class End : std::uint8_t { low, high };

class OrdinalSet {
 public:
  OrdinalSet() = default;
  OrdinalSet(Ordinal first, std::uint32_t count);
  explicit OrdinalSet(const PlannedBatch& batch);

  std::uint32_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  bool contains(Ordinal ordinal) const;
  /// The outermost ordinal at this end. Must not be empty.
  Ordinal at(End end) const;
  /// How many ordinals lie between this end and `bound`, which does not count.
  std::uint32_t count_beyond(End end, Ordinal bound) const;
  PlannedBatch batch() const;
  std::vector<Ordinal> ordinals() const;
  const std::deque<Interval>& intervals() const noexcept { return intervals_; }

  /// Moves `count` ordinals (at most all) from this end into a set of their own.
  OrdinalSet take(End end, std::uint32_t count);
  /// False: it was not in the set.
  bool erase(Ordinal ordinal);
  /// `gone`: ascending; others than those in the set are ignored.
  void erase(const std::vector<Ordinal>& gone);
  /// `other` must be disjoint from this set. Cheap where all of it lies beyond one end.
  void add(OrdinalSet other);

 private:
  void append(const Interval& interval);
  void prepend(const Interval& interval);

  std::deque<Interval> intervals_;  // ascending, disjoint, not empty
  std::uint32_t size_{0};
};

}  // namespace mapisync
