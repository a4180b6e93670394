// What a call and what its data cost is measured as a run goes, and decides how much is asked for at once.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

constexpr int kFolderSize = 400;
constexpr int kWorlds = 12;

struct Prices {
  Duration call, message;  // the time until a selective export answers; the time of each message that it reads
};

struct Spent {
  std::uint64_t calls{0}, messages{0};
  Spent& operator+=(const Spent& other) {
    calls += other.calls;
    messages += other.messages;
    return *this;
  }
  Duration at(const Prices& prices) const {
    return static_cast<int>(calls) * prices.call + static_cast<int>(messages) * prices.message;
  }
};

/// A run past three bad messages, on a server where a failing call keeps nothing. Nothing else takes time there.
Spent run_at(const Prices& prices, int world) {
  World w({.faults = servers::withholds(-1, true), .silent = true});
  w.inbox().add(kFolderSize);
  Names bad;
  for (int i = 0; i < 3; ++i) bad.push_back("m" + std::to_string(1 + (world * 37 + i * 211) % kFolderSize));
  for (const std::string& name : bad) w.break_message(name);
  Spent spent;
  bool selective = false;
  for (std::uint64_t n = 1; n < 3'000; ++n) {
    w.at_call(n, [&w, &prices, &selective] {
      const fake::PortCall call = w.call_list().back();
      if (call == fake::PortCall::config) selective = false;
      if (call != fake::PortCall::config_selective) return;
      selective = true;
      w.clock().advance(prices.call);
    });
  }
  w.server().on_message_read([&w, &prices, &spent, &selective] {
    w.clock().advance(prices.message);
    if (selective) ++spent.messages;
  });
  w.sync();
  w.server().on_message_read({});
  std::sort(bad.begin(), bad.end());
  EXPECT_EQ(set_aside(w), bad);
  const auto& calls = w.call_list();
  spent.calls = static_cast<std::uint64_t>(std::count(calls.begin(), calls.end(), fake::PortCall::config_selective));
  return spent;
}

// Design 6: expected time = calls x latency + bytes / rate, both measured as it goes.
TEST(MeasuredPrices, ASlowServerIsAskedLessOftenAndASlowLineForLess) {
  const Prices slow_server{std::chrono::seconds(10), std::chrono::milliseconds(1)};
  const Prices slow_line{std::chrono::milliseconds(10), std::chrono::milliseconds(100)};
  Spent at_server;
  Spent at_line;
  for (int world = 0; world < kWorlds; ++world) {
    at_server += run_at(slow_server, world);
    at_line += run_at(slow_line, world);
  }
  EXPECT_LT(at_server.calls, at_line.calls);
  EXPECT_LT(at_line.messages, at_server.messages);
  EXPECT_LT(at_server.at(slow_server), at_line.at(slow_server));
  EXPECT_LT(at_line.at(slow_line), at_server.at(slow_line));
}

}  // namespace
}  // namespace mapisync::test
