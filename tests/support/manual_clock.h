// Time and chance for tests: a clock that moves only when it is told to or waited on, and a generator with a seed.
// One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/ports/clock.h"

namespace mapisync::test {

class ManualClock final : public Clock {
 public:
  Timestamp now() override { return now_; }
  Duration elapsed() override { return elapsed_; }
  /// Takes no real time: the clock jumps and remembers how long it was asked to wait.
  void wait(Duration duration, const StopFlag& stop) override {
    if (stop.requested()) return;
    waits_.push_back(duration);
    advance(duration);
  }
  void advance(Duration duration) {
    now_ += duration;
    elapsed_ += duration;
  }
  /// Somebody sets the wall clock, forward or back; no time passes.
  void set_by(Duration difference) { now_ += difference; }
  const std::vector<Duration>& waits() const noexcept { return waits_; }
  void forget_waits() { waits_.clear(); }

 private:
  Timestamp now_{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{8}};
  Duration elapsed_{0};
  std::vector<Duration> waits_;
};

/// SplitMix64: small, seeded, the same on every machine.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) noexcept : state_{seed} {}
  std::uint64_t below(std::uint64_t bound) override { return next() % bound; }
  std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }

 private:
  std::uint64_t state_;
};

}  // namespace mapisync::test
