#include "providers/fake/id_set.h"

#include <algorithm>
#include <iterator>

namespace mapisync::fake {

void IdSet::add_range(std::uint64_t first, std::uint64_t last) {
  auto next = ranges_.upper_bound(first);
  if (next != ranges_.begin()) {
    const auto before = std::prev(next);
    if (before->second + 1 >= first) {  // touches: grow that one instead
      first = before->first;
      last = std::max(last, before->second);
      next = ranges_.erase(before);
    }
  }
  while (next != ranges_.end() && next->first <= last + 1) {
    last = std::max(last, next->second);
    next = ranges_.erase(next);
  }
  ranges_.emplace_hint(next, first, last);
}

void IdSet::remove(std::uint64_t id) {
  auto next = ranges_.upper_bound(id);
  if (next == ranges_.begin()) return;
  const auto range = std::prev(next);
  const auto [first, last] = *range;
  if (last < id) return;
  ranges_.erase(range);
  if (first < id) ranges_.emplace(first, id - 1);
  if (id < last) ranges_.emplace(id + 1, last);
}

bool IdSet::contains(std::uint64_t id) const {
  const auto next = ranges_.upper_bound(id);
  return next != ranges_.begin() && std::prev(next)->second >= id;
}

}  // namespace mapisync::fake
