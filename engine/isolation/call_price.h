// What a call costs in time: so much for the call, so much for each byte that it delivers. Measured as the run goes.
// Pure arithmetic on what it is told; no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/time.h"

namespace mapisync {

struct CallPrice {
  double latency{0};   // seconds for a call that delivers nothing
  double per_byte{0};  // seconds for each byte, the reciprocal of the rate; 0 = as good as free

  /// So many bytes are sent in the time of one call; infinity: only calls count.
  double bytes_per_call() const noexcept;
  double seconds(double calls, double bytes) const noexcept { return calls * latency + bytes * per_byte; }
};

/// One caller at a time. Remembers the last 32 measurements; a fifth of them may be nonsense.
class PriceEstimate {
 public:
  /// `enough`: measurements before it says anything.
  explicit PriceEstimate(std::size_t enough = 4) : enough_(enough) {}

  /// So many calls took `served` together and delivered so much. No calls: nothing is learned.
  void observe(Duration served, std::uint64_t bytes, std::uint64_t calls = 1);
  /// nullopt: too little was seen, or too much alike, to tell the two parts from each other.
  std::optional<CallPrice> price() const;

 private:
  struct Point {
    double bytes{0};
    double seconds{0};
  };
  double seconds_per_byte() const;
  double latency_at(double per_byte) const;

  std::size_t enough_;
  std::size_t next_{0};  // the oldest, to be replaced
  std::vector<Point> points_;
};

}  // namespace mapisync
