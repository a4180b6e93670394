#include "providers/mapihttp/wire/globset.h"

#include <algorithm>
#include <iterator>

#include "engine/base/check.h"

namespace mapisync::wire {
namespace {

// Appends to a list whose intervals come in order of their beginnings.
void append_merged(std::vector<Interval>& to, Interval interval) {
  if (!to.empty() && interval.first <= to.back().last + 1) {
    to.back().last = std::max(to.back().last, interval.last);
  } else {
    to.push_back(interval);
  }
}

bool begins_earlier(const Interval& a, const Interval& b) { return a.first < b.first; }

}  // namespace

Globset Globset::from(std::vector<Interval> intervals) {
  if (!std::is_sorted(intervals.begin(), intervals.end(), begins_earlier)) {
    std::sort(intervals.begin(), intervals.end(), begins_earlier);
  }
  Globset set;
  set.intervals_.reserve(intervals.size());
  for (const Interval& interval : intervals) {
    MAPISYNC_CHECK(interval.first <= interval.last && interval.last <= kCounterMax);
    append_merged(set.intervals_, interval);
  }
  return set;
}

void Globset::add_range(std::uint64_t first, std::uint64_t last) {
  MAPISYNC_CHECK(first <= last && last <= kCounterMax);
  // What overlaps or touches the new interval: from `from` to before `to`.
  const auto from = std::lower_bound(intervals_.begin(), intervals_.end(), first,
                                     [](const Interval& i, std::uint64_t value) { return i.last + 1 < value; });
  const auto to = std::upper_bound(from, intervals_.end(), last,
                                   [](std::uint64_t value, const Interval& i) { return value + 1 < i.first; });
  if (from == to) {
    intervals_.insert(from, Interval{first, last});
    return;
  }
  from->first = std::min(from->first, first);
  from->last = std::max(std::prev(to)->last, last);
  intervals_.erase(std::next(from), to);
}

void Globset::remove_range(std::uint64_t first, std::uint64_t last) {
  MAPISYNC_CHECK(first <= last && last <= kCounterMax);
  const auto from = std::lower_bound(intervals_.begin(), intervals_.end(), first,
                                     [](const Interval& i, std::uint64_t value) { return i.last < value; });
  const auto to = std::upper_bound(from, intervals_.end(), last,
                                   [](std::uint64_t value, const Interval& i) { return value < i.first; });
  if (from == to) return;
  std::vector<Interval> kept;
  if (from->first < first) kept.push_back({from->first, first - 1});
  if (std::prev(to)->last > last) kept.push_back({last + 1, std::prev(to)->last});
  const auto at = intervals_.erase(from, to);
  intervals_.insert(at, kept.begin(), kept.end());
}

bool Globset::contains(std::uint64_t counter) const noexcept {
  const auto found = std::lower_bound(intervals_.begin(), intervals_.end(), counter,
                                      [](const Interval& i, std::uint64_t value) { return i.last < value; });
  return found != intervals_.end() && found->first <= counter;
}

bool Globset::contains(const Globset& other) const noexcept {
  auto mine = intervals_.begin();
  return std::all_of(other.intervals_.begin(), other.intervals_.end(), [&](const Interval& theirs) {
    while (mine != intervals_.end() && mine->last < theirs.first) ++mine;
    return mine != intervals_.end() && mine->first <= theirs.first && theirs.last <= mine->last;
  });
}

std::uint64_t Globset::size() const noexcept {
  std::uint64_t sum = 0;
  for (const Interval& interval : intervals_) sum += interval.last - interval.first + 1;
  return sum;
}

Globset unite(const Globset& a, const Globset& b) {
  std::vector<Interval> all;
  all.reserve(a.intervals().size() + b.intervals().size());
  std::merge(a.intervals().begin(), a.intervals().end(), b.intervals().begin(), b.intervals().end(),
             std::back_inserter(all), begins_earlier);
  return Globset::from(std::move(all));
}

Globset intersect(const Globset& a, const Globset& b) {
  std::vector<Interval> common;
  auto left = a.intervals().begin();
  auto right = b.intervals().begin();
  while (left != a.intervals().end() && right != b.intervals().end()) {
    const std::uint64_t first = std::max(left->first, right->first);
    const std::uint64_t last = std::min(left->last, right->last);
    if (first <= last) common.push_back({first, last});
    if (left->last < right->last) {
      ++left;
    } else {
      ++right;
    }
  }
  return Globset::from(std::move(common));
}

Globset subtract(const Globset& a, const Globset& b) {
  std::vector<Interval> rest;
  auto cut = b.intervals().begin();
  for (const Interval& interval : a.intervals()) {
    std::uint64_t first = interval.first;
    while (cut != b.intervals().end() && cut->last < first) ++cut;
    auto within = cut;  // one cut may reach into several intervals
    for (; within != b.intervals().end() && within->first <= interval.last; ++within) {
      if (within->first > first) rest.push_back({first, within->first - 1});
      first = within->last + 1;
    }
    if (first <= interval.last) rest.push_back({first, interval.last});
  }
  return Globset::from(std::move(rest));
}

}  // namespace mapisync::wire
