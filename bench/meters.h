// What a piece of work costs: time, memory, allocations, statements, pages. One thread.
#pragma once

#include <cstdint>

struct sqlite3;

namespace mapisync::bench {

/// Calls of operator new since the program began (the replaced operators are in allocation_count.cpp).
std::uint64_t allocations() noexcept;

/// Seconds of the wall and of the processor (user and system) since some instant.
struct Seconds {
  double wall{0};
  double cpu{0};
  static Seconds now() noexcept;
  Seconds operator-(const Seconds& earlier) const noexcept { return {wall - earlier.wall, cpu - earlier.cpu}; }
};

/// The largest resident set of this process so far, in bytes.
std::uint64_t peak_memory() noexcept;

/// From now on each SQLite connection that is opened is remembered as the last one.
void watch_connections() noexcept;

/// Pages that a connection has written, to the log or the file; checkpoints not counted. It must outlive this object.
class PageMeter {
 public:
  /// Of the connection opened last.
  PageMeter() noexcept;
  std::uint64_t written() const noexcept;

 private:
  sqlite3* connection_;
};

}  // namespace mapisync::bench
