#include "engine/isolation/ordinal_set.h"

#include <algorithm>
#include <utility>

namespace mapisync {

namespace {

Ordinal end_of(const Interval& interval) { return interval.first + interval.count; }

}  // namespace

OrdinalSet::OrdinalSet(Ordinal first, std::uint32_t count) : size_(count) {
  if (count > 0) intervals_.push_back({first, count});
}

OrdinalSet::OrdinalSet(const PlannedBatch& batch) {
  for (const Interval& interval : batch.intervals) append(interval);
}

bool OrdinalSet::contains(Ordinal ordinal) const {
  auto after = std::upper_bound(intervals_.begin(), intervals_.end(), ordinal,
                                [](Ordinal o, const Interval& interval) { return o < interval.first; });
  return after != intervals_.begin() && ordinal < end_of(*std::prev(after));
}

Ordinal OrdinalSet::at(End end) const {
  return end == End::low ? intervals_.front().first : end_of(intervals_.back()) - 1;
}

std::uint32_t OrdinalSet::count_beyond(End end, Ordinal bound) const {
  std::uint32_t count = 0;
  if (end == End::low) {
    for (auto interval = intervals_.begin(); interval != intervals_.end() && interval->first < bound; ++interval) {
      count += std::min(end_of(*interval), bound) - interval->first;
    }
  } else {
    for (auto interval = intervals_.rbegin(); interval != intervals_.rend() && end_of(*interval) > bound + 1;
         ++interval) {
      count += end_of(*interval) - std::max(interval->first, bound + 1);
    }
  }
  return count;
}

PlannedBatch OrdinalSet::batch() const {
  PlannedBatch batch;
  batch.intervals.assign(intervals_.begin(), intervals_.end());
  batch.size = size_;
  return batch;
}

std::vector<Ordinal> OrdinalSet::ordinals() const {
  std::vector<Ordinal> all;
  all.reserve(size_);
  for (const Interval& interval : intervals_) {
    for (std::uint32_t i = 0; i < interval.count; ++i) all.push_back(interval.first + i);
  }
  return all;
}

OrdinalSet OrdinalSet::take(End end, std::uint32_t count) {
  OrdinalSet taken;
  if (count >= size_) return std::exchange(*this, OrdinalSet());
  size_ -= count;
  while (count > 0) {
    Interval& outermost = end == End::low ? intervals_.front() : intervals_.back();
    const std::uint32_t part = std::min(count, outermost.count);
    count -= part;
    outermost.count -= part;
    if (end == End::low) {
      taken.append({outermost.first, part});
      outermost.first += part;
      if (outermost.count == 0) intervals_.pop_front();
    } else {
      taken.prepend({end_of(outermost), part});
      if (outermost.count == 0) intervals_.pop_back();
    }
  }
  return taken;
}

bool OrdinalSet::erase(Ordinal ordinal) {
  auto after = std::upper_bound(intervals_.begin(), intervals_.end(), ordinal,
                                [](Ordinal o, const Interval& interval) { return o < interval.first; });
  if (after == intervals_.begin()) return false;
  auto found = std::prev(after);
  if (ordinal >= end_of(*found)) return false;
  const Interval behind{ordinal + 1, end_of(*found) - ordinal - 1};
  found->count = ordinal - found->first;
  --size_;
  if (found->count == 0) {
    if (behind.count > 0) {
      *found = behind;
    } else {
      intervals_.erase(found);
    }
  } else if (behind.count > 0) {
    intervals_.insert(after, behind);
  }
  return true;
}

void OrdinalSet::erase(const std::vector<Ordinal>& gone) {
  if (gone.empty()) return;
  OrdinalSet rest;
  auto next = gone.begin();
  for (const Interval& interval : intervals_) {
    Ordinal start = interval.first;
    next = std::lower_bound(next, gone.end(), start);
    for (; next != gone.end() && *next < end_of(interval); ++next) {
      if (*next > start) rest.append({start, *next - start});
      start = *next + 1;
    }
    if (start < end_of(interval)) rest.append({start, end_of(interval) - start});
  }
  *this = std::move(rest);
}

void OrdinalSet::add(OrdinalSet other) {
  if (other.empty()) return;
  if (empty()) return std::swap(*this, other);
  if (at(End::low) > other.at(End::high)) {
    if (other.intervals_.size() > intervals_.size()) {
      std::swap(*this, other);
    } else {
      for (auto interval = other.intervals_.rbegin(); interval != other.intervals_.rend(); ++interval)
        prepend(*interval);
      return;
    }
  }
  if (at(End::high) < other.at(End::low)) {
    if (other.intervals_.size() <= intervals_.size()) {
      for (const Interval& interval : other.intervals_) append(interval);
    } else {
      for (auto interval = intervals_.rbegin(); interval != intervals_.rend(); ++interval) other.prepend(*interval);
      std::swap(*this, other);
    }
    return;
  }
  std::vector<Interval> both(intervals_.begin(), intervals_.end());
  both.insert(both.end(), other.intervals_.begin(), other.intervals_.end());
  std::sort(both.begin(), both.end(), [](const Interval& a, const Interval& b) { return a.first < b.first; });
  *this = OrdinalSet();
  for (const Interval& interval : both) append(interval);
}

void OrdinalSet::append(const Interval& interval) {
  size_ += interval.count;
  if (!intervals_.empty() && end_of(intervals_.back()) == interval.first) {
    intervals_.back().count += interval.count;
  } else {
    intervals_.push_back(interval);
  }
}

void OrdinalSet::prepend(const Interval& interval) {
  size_ += interval.count;
  if (!intervals_.empty() && end_of(interval) == intervals_.front().first) {
    intervals_.front() = {interval.first, intervals_.front().count + interval.count};
  } else {
    intervals_.push_front(interval);
  }
}

}  // namespace mapisync
