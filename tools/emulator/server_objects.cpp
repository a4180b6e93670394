#include "tools/emulator/server_objects.h"

namespace mapisync::emulator {

std::uint32_t HandleTable::add(std::unique_ptr<ServerObject> object, std::uint32_t parent) {
  if (entries_.size() >= kMost) return 0;
  entries_.emplace(++last_, Entry{std::move(object), parent});
  return last_;
}

ServerObject* HandleTable::find(std::uint32_t handle) {
  const auto found = entries_.find(handle);
  return found == entries_.end() ? nullptr : found->second.object.get();
}

void HandleTable::release(std::uint32_t handle) {
  // A child always has a higher number than its parent: one look at what follows finds all of them.
  std::vector<std::uint32_t> gone{handle};
  for (auto at = entries_.upper_bound(handle); at != entries_.end(); ++at) {
    for (const std::uint32_t parent : gone) {
      if (at->second.parent != parent) continue;
      gone.push_back(at->first);
      break;
    }
  }
  for (auto at = gone.rbegin(); at != gone.rend(); ++at) entries_.erase(*at);
}

}  // namespace mapisync::emulator
