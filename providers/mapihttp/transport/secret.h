// A password or token in memory: never printed, never copied by accident, wiped when it is no longer needed.
// A value that moves; one thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace mapisync::mapihttp {

/// Overwrites memory in a way that the compiler does not leave out.
void wipe(void* memory, std::size_t size) noexcept;

class Secret {
 public:
  Secret() noexcept = default;
  /// A copy of `text`; wiping the original is up to its owner.
  explicit Secret(std::string_view text);
  ~Secret() { clear(); }
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  /// For the one place that sends it. The view is void after clear() and after a move.
  std::string_view reveal() const noexcept { return {bytes_.get(), size_}; }
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }

  /// The bytes that were there are not left behind in memory.
  void append(std::string_view text);
  /// Keeps the first `size` bytes.
  void truncate(std::size_t size) noexcept;
  void clear() noexcept;

 private:
  std::unique_ptr<char[]> bytes_;  // not std::string, which leaves copies where it grows or moves
  std::size_t size_{0};
  std::size_t room_{0};
};

}  // namespace mapisync::mapihttp
