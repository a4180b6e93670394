// Time and chance, recorded as the engine sees them. Borrow what they decorate. One thread.
#pragma once

#include "engine/ports/clock.h"
#include "providers/trace/recorder.h"

namespace mapisync::trace {

class RecordingClock final : public Clock {
 public:
  RecordingClock(Clock& clock, Recorder& recorder) noexcept : clock_(clock), recorder_(recorder) {}
  Timestamp now() override {
    const Timestamp now = clock_.now();
    recorder_.note_now(now);
    return now;
  }
  Duration elapsed() override {
    const Duration elapsed = clock_.elapsed();
    recorder_.note_elapsed(elapsed);
    return elapsed;
  }
  void wait(Duration duration, const StopFlag& stop) override {
    recorder_.note_wait(duration);
    clock_.wait(duration, recorder_.asked(stop));
    recorder_.note_waited();
  }

 private:
  Clock& clock_;
  Recorder& recorder_;
};

class RecordingRandom final : public Random {
 public:
  RecordingRandom(Random& random, Recorder& recorder) noexcept : random_(random), recorder_(recorder) {}
  std::uint64_t below(std::uint64_t bound) override {
    const std::uint64_t value = random_.below(bound);
    recorder_.note_chance(bound, value);
    return value;
  }

 private:
  Random& random_;
  Recorder& recorder_;
};

}  // namespace mapisync::trace
