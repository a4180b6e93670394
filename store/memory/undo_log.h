// What it takes to bring containers back to where a unit of work found them. One thread.
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace mapisync::memory {

/// Remembers how to take each change back; taking back goes in reverse order. The containers named must outlive the log
/// or be forgotten first.
class UndoLog {
 public:
  UndoLog() = default;
  UndoLog(const UndoLog&) = delete;
  UndoLog& operator=(const UndoLog&) = delete;

  void add(std::function<void()> step) { steps_.push_back(std::move(step)); }

  /// Call before `map[key]` is inserted, replaced or erased.
  template <class Map>
  void before_change(Map& map, const typename Map::key_type& key) {
    auto found = map.find(key);
    if (found == map.end()) {
      add([&map, key] { map.erase(key); });
    } else {
      add([&map, key, old = found->second] { map.insert_or_assign(key, old); });
    }
  }
  template <class Value>
  void before_assign(Value& value) {
    add([&value, old = value] { value = old; });
  }

  void take_back() {
    while (!steps_.empty()) {
      steps_.back()();
      steps_.pop_back();
    }
  }
  void forget() noexcept { steps_.clear(); }

 private:
  std::vector<std::function<void()>> steps_;
};

}  // namespace mapisync::memory
