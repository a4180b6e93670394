#include "engine/isolation/frontier.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mapisync {

namespace {

constexpr std::size_t kIntervalsMax = 1'000;

struct Span {
  std::int64_t first{0}, last{0};
  bool opens_group{false};
};

constexpr std::string_view kAsked = "asked ";

/// The first line, if it tells where the asking stopped.
BytesView asked_line(BytesView text) {
  if (!text.starts_with(kAsked)) return {};
  return text.substr(0, text.find('\n'));
}

/// Text, one group a line, an interval as "first-last": small, and readable in the database.
std::vector<Span> parse(BytesView text) {
  if (const BytesView line = asked_line(text); !line.empty())
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  std::vector<Span> spans;
  bool opens = true;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end && spans.size() < kIntervalsMax) {
    Span span;
    const auto first = std::from_chars(at, end, span.first);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return {};
    const auto last = std::from_chars(first.ptr + 1, end, span.last);
    if (last.ec != std::errc() || last.ptr == end || (*last.ptr != ',' && *last.ptr != '\n')) return {};
    span.opens_group = opens;
    opens = *last.ptr == '\n';
    spans.push_back(span);
    at = last.ptr + 1;
  }
  return spans;
}

}  // namespace

SourceKey asked_through(BytesView bytes) {
  BytesView line = asked_line(bytes);
  if (line.empty()) return {};
  line.remove_prefix(kAsked.size());
  Bytes key;
  return from_hex(line, key) ? SourceKey(std::move(key)) : SourceKey();
}

Bytes encode_frontier(const std::vector<PlannedBatch>& groups, const std::vector<PendingId>& ids,
                      const SourceKey& asked) {
  std::string text;
  if (!asked.empty()) text = std::string(kAsked) + to_hex(asked.bytes()) + "\n";
  std::size_t intervals = 0;
  for (const PlannedBatch& group : groups) {
    if (intervals + group.intervals.size() > kIntervalsMax) break;
    for (std::size_t i = 0; i < group.intervals.size(); ++i) {
      const Interval& interval = group.intervals[i];
      text += std::to_string(static_cast<std::int64_t>(ids[interval.first])) + "-" +
              std::to_string(static_cast<std::int64_t>(ids[interval.first + interval.count - 1]));
      text += i + 1 == group.intervals.size() ? '\n' : ',';
      ++intervals;
    }
  }
  return text;
}

std::vector<PlannedBatch> decode_frontier(BytesView bytes, const std::vector<PendingId>& ids) {
  const std::vector<Span> spans = parse(bytes);
  if (spans.empty()) return {};
  std::unordered_map<std::int64_t, Ordinal> ends;
  for (const Span& span : spans) {
    ends.emplace(span.first, 0);
    ends.emplace(span.last, 0);
  }
  std::unordered_map<std::int64_t, Ordinal> found;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto id = static_cast<std::int64_t>(ids[i]);
    if (ends.contains(id)) found.emplace(id, static_cast<Ordinal>(i));
  }
  std::vector<PlannedBatch> groups;
  std::vector<Interval> taken;
  for (const Span& span : spans) {
    if (span.opens_group) groups.emplace_back();
    if (groups.empty()) return {};
    const auto first = found.find(span.first);
    const auto last = found.find(span.last);
    if (first == found.end() || last == found.end() || last->second < first->second) continue;
    const Interval interval{first->second, last->second - first->second + 1};
    const bool overlaps = std::any_of(taken.begin(), taken.end(), [&](const Interval& other) {
      return interval.first < other.first + other.count && other.first < interval.first + interval.count;
    });
    if (overlaps) continue;
    taken.push_back(interval);
    groups.back().intervals.push_back(interval);
    groups.back().size += interval.count;
  }
  std::erase_if(groups, [](const PlannedBatch& group) { return group.size == 0; });
  for (PlannedBatch& group : groups) {
    std::sort(group.intervals.begin(), group.intervals.end(), [](auto& a, auto& b) { return a.first < b.first; });
  }
  return groups;
}

}  // namespace mapisync
