// A set of numbers as ranges: what ICS states are made of. Values; one writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace mapisync::fake {

class IdSet {
 public:
  void add(std::uint64_t id) { add_range(id, id); }
  void add_range(std::uint64_t first, std::uint64_t last);  // both included; first <= last
  void remove(std::uint64_t id);
  bool contains(std::uint64_t id) const;
  std::uint64_t largest() const noexcept { return ranges_.empty() ? 0 : ranges_.rbegin()->second; }
  bool empty() const noexcept { return ranges_.empty(); }
  std::size_t range_count() const noexcept { return ranges_.size(); }
  /// First -> last, ascending, never touching each other.
  const std::map<std::uint64_t, std::uint64_t>& ranges() const noexcept { return ranges_; }
  /// Calls `use(id)` for each member, ascending.
  template <class Use>
  void for_each(Use use) const {
    for (const auto& [first, last] : ranges_) {
      for (std::uint64_t id = first; id <= last; ++id) use(id);
    }
  }
  friend bool operator==(const IdSet&, const IdSet&) = default;

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;
};

}  // namespace mapisync::fake
