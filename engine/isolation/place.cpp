#include "engine/isolation/place.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace mapisync {

Place Place::everything() {
  Place place;
  place.everything_ = true;
  return place;
}

Place Place::of(std::span<const PendingId> ids) {
  std::vector<std::int64_t> sorted;
  sorted.reserve(ids.size());
  for (const PendingId id : ids) sorted.push_back(static_cast<std::int64_t>(id));
  std::sort(sorted.begin(), sorted.end());
  Place place;
  std::vector<std::int64_t> gaps;
  for (const std::int64_t id : sorted) {
    if (!place.ranges_.empty() && id <= place.ranges_.back().last + 1) {
      place.ranges_.back().last = id;
      continue;
    }
    if (!place.ranges_.empty()) gaps.push_back(id - place.ranges_.back().last);
    place.ranges_.push_back({id, id});
  }
  if (place.ranges_.size() <= kRangesMax) return place;
  // The widest gaps stay.
  std::nth_element(gaps.begin(), gaps.begin() + (kRangesMax - 2), gaps.end(), std::greater<>());
  const std::int64_t narrow = gaps[kRangesMax - 2];
  std::vector<Range> wide;
  for (const Range& range : place.ranges_) {
    if (!wide.empty() && (range.first - wide.back().last <= narrow || wide.size() == kRangesMax)) {
      wide.back().last = range.last;
    } else {
      wide.push_back(range);
    }
  }
  place.ranges_ = std::move(wide);
  return place;
}

Place Place::of(const SourceKey& key, std::optional<PendingId> id) {
  Place place = id ? of(std::span(&*id, 1)) : Place();
  place.key_ = key;
  return place;
}

bool Place::holds(PendingId id) const {
  const auto number = static_cast<std::int64_t>(id);
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), number,
                                      [](std::int64_t value, const Range& range) { return value < range.first; });
  return everything_ || (after != ranges_.begin() && number <= std::prev(after)->last);
}

bool Place::within(const Place& other) const {
  if (other.everything_) return true;
  if (everything_ || empty()) return false;
  if (!key_.empty() && key_ == other.key_) return true;
  if (ranges_.empty()) return false;
  auto at = other.ranges_.begin();
  for (const Range& range : ranges_) {
    while (at != other.ranges_.end() && at->last < range.first) ++at;
    if (at == other.ranges_.end() || range.first < at->first || range.last > at->last) return false;
  }
  return true;
}

void Place::take_out(const Place& other) {
  if (within(other)) {
    *this = Place();
    return;
  }
  std::vector<Range> left;
  auto at = other.ranges_.begin();
  for (Range range : ranges_) {
    while (at != other.ranges_.end() && at->last < range.first) ++at;
    for (auto cut = at; cut != other.ranges_.end() && cut->first <= range.last; ++cut) {
      if (cut->first > range.first) left.push_back({range.first, cut->first - 1});
      range.first = cut->last + 1;
    }
    if (range.first <= range.last) left.push_back(range);
  }
  if (left.size() <= kRangesMax) ranges_ = std::move(left);  // or else it goes on holding too many
}

std::string Place::text() const {
  if (everything_) return "*";
  std::string text;
  for (const Range& range : ranges_) {
    if (!text.empty()) text += ',';
    text += std::to_string(range.first) + "-" + std::to_string(range.last);
  }
  if (!key_.empty()) text += "=" + key_.hex();
  return text;
}

bool Place::take_range(std::string_view text) {
  Range range;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, range.first);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return false;
  const auto last = std::from_chars(first.ptr + 1, end, range.last);
  const bool behind = ranges_.empty() || range.first > ranges_.back().last;
  if (last.ec != std::errc() || last.ptr != end || range.last < range.first || !behind) return false;
  ranges_.push_back(range);
  return ranges_.size() <= kRangesMax;
}

std::optional<Place> Place::parse(std::string_view text) {
  if (text == "*") return everything();
  Place place;
  if (const auto sign = text.find('='); sign != std::string_view::npos) {
    Bytes key;
    if (!from_hex(text.substr(sign + 1), key) || key.empty()) return std::nullopt;
    place.key_ = SourceKey(std::move(key));
    text = text.substr(0, sign);
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (!place.take_range(text.substr(0, end))) return std::nullopt;
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  if (place.empty()) return std::nullopt;
  return place;
}

}  // namespace mapisync
