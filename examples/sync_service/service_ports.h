// Time and chance as the service gives them to the engine.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <thread>

#include "engine/ports/clock.h"

class ServiceClock final : public mapisync::Clock {
 public:
  mapisync::Timestamp now() override {
    return std::chrono::time_point_cast<mapisync::Duration>(std::chrono::system_clock::now());
  }
  mapisync::Duration elapsed() override {
    return std::chrono::duration_cast<mapisync::Duration>(std::chrono::steady_clock::now().time_since_epoch());
  }
  void wait(mapisync::Duration duration, const mapisync::StopFlag& stop) override {
    const mapisync::Duration end = elapsed() + duration;
    while (!stop.requested() && elapsed() < end) {
      std::this_thread::sleep_for(std::min<mapisync::Duration>(end - elapsed(), std::chrono::milliseconds(100)));
    }
  }
};

class ServiceRandom final : public mapisync::Random {
 public:
  std::uint64_t below(std::uint64_t bound) override {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(engine_);
  }

 private:
  std::mt19937_64 engine_{std::random_device{}()};
};
