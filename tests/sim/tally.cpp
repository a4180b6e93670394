#include "tests/sim/tally.h"

#include <fmt/format.h>

#include <cstdlib>

namespace mapisync::sim {

void Tally::merge(const Tally& other) {
  for (const auto& [group, names] : other.counts_) {
    for (const auto& [name, times] : names) counts_[group][name] += times;
  }
}

std::uint64_t Tally::of(const std::string& group, const std::string& name) const {
  const auto found = counts_.find(group);
  if (found == counts_.end()) return 0;
  const auto entry = found->second.find(name);
  return entry == found->second.end() ? 0 : entry->second;
}

std::string Tally::to_string() const {
  std::string out;
  for (const auto& [group, names] : counts_) {
    out += group + "\n";
    for (const auto& [name, times] : names) out += fmt::format("{:>12}  {}\n", times, name);
  }
  return out;
}

std::string Tally::lines() const {
  std::string out;
  for (const auto& [group, names] : counts_) {
    for (const auto& [name, times] : names) out += fmt::format("{}\t{}\t{}\n", group, name, times);
  }
  return out;
}

Tally Tally::parse(std::string_view lines) {
  Tally tally;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string line(lines.substr(0, end));
    lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
    const std::size_t first = line.find('\t');
    const std::size_t second = first == std::string::npos ? first : line.find('\t', first + 1);
    if (second == std::string::npos) continue;
    tally.count(line.substr(0, first), line.substr(first + 1, second - first - 1),
                std::strtoull(line.c_str() + second + 1, nullptr, 10));
  }
  return tally;
}

}  // namespace mapisync::sim
