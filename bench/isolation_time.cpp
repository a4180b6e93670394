#include "bench/isolation_time.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "bench/isolation_laboratory.h"
#include "bench/report.h"
#include "bench/world.h"
#include "engine/isolation/call_price.h"

namespace mapisync::bench {

namespace {

constexpr double kBytesPerSecond = 10e6;
constexpr std::array kLatencies{0.001, 0.050, 0.500};
constexpr double kMostInSmoke = 1.10;  // of the time of the planner that only counts calls; few worlds are noisy

double seconds(const Cell& cell, const CallPrice& price, const Measured& measured) {
  const double bytes = (1 + measured.sent_again) * cell.messages * static_cast<double>(kMessageBytes);
  return price.seconds(measured.calls, bytes);
}

struct Sum {
  double logs_to_calls{0}, logs_to_tenths{0}, worst{0};
  std::uint32_t cells{0};
};

std::string in_units(double time) {
  if (time < 60) return decimal(time, 2) + " s";
  return time < 3'600 ? decimal(time / 60, 1) + " min" : decimal(time / 3'600, 2) + " h";
}

void run(const Cell& cell, std::uint32_t worlds, MarkdownTable& table, std::array<Sum, kLatencies.size()>& sums,
         bool smoke) {
  const Measured tenths = measure(cell, IsolationMethod::tenths, worlds);
  const Measured by_calls = measure(cell, IsolationMethod::automatic, worlds);
  for (std::size_t i = 0; i < kLatencies.size(); ++i) {
    const CallPrice price{kLatencies[i], 1 / kBytesPerSecond};
    const Measured by_time = measure(cell, IsolationMethod::automatic, worlds, price.bytes_per_call());
    const double to_calls = seconds(cell, price, by_time) / seconds(cell, price, by_calls);
    const double to_tenths = seconds(cell, price, by_time) / seconds(cell, price, tenths);
    sums[i].logs_to_calls += std::log(to_calls);
    sums[i].logs_to_tenths += std::log(to_tenths);
    sums[i].worst = std::max(sums[i].worst, to_calls);
    ++sums[i].cells;
    table.row({grouped(cell.messages), grouped(cell.bad), name_of(cell.placement), grouped(cell.window),
               name_of(cell.delivery), decimal(1'000 * kLatencies[i], 0) + " ms",
               in_units(seconds(cell, price, by_time)), in_units(seconds(cell, price, by_calls)),
               in_units(seconds(cell, price, tenths)), decimal(to_calls, 2), decimal(by_time.calls, 1),
               decimal(by_calls.calls, 1), decimal(100 * by_time.sent_again, 2) + " %",
               decimal(100 * by_calls.sent_again, 2) + " %"});
    if (smoke && to_calls > kMostInSmoke) give_up("weighing bytes makes isolation slower");
  }
}

std::vector<Cell> cells_of(bool smoke) {
  const std::vector<std::uint32_t> sizes =
      smoke ? std::vector<std::uint32_t>{1'000} : std::vector<std::uint32_t>{1'000, 100'000, 1'000'000};
  std::vector<Cell> cells;
  for (const std::uint32_t messages : sizes) {
    for (const std::uint32_t bad : {1U, 10U, 100U}) {
      for (const std::uint32_t window : {0U, 64U, 16U, 1U}) {
        if (messages > 100'000 && window > 16) continue;
        cells.push_back({messages, bad, Placement::scattered, window, Delivery::table});
      }
      if (bad > 1) cells.push_back({messages, bad, Placement::runs_of_10, 0, Delivery::table});
      if (messages > 100'000) continue;
      cells.push_back({messages, bad, Placement::scattered, 64, Delivery::fixed_unknown});
      cells.push_back({messages, bad, Placement::scattered, 64, Delivery::reshuffled_each_call});
    }
  }
  return cells;
}

std::uint32_t worlds_of(const Cell& cell, bool smoke) {
  const std::uint32_t some = smoke ? 60 : cell.messages <= 1'000 ? 300 : (cell.messages <= 100'000 ? 60 : 16);
  return std::max(some / (cell.bad >= 100 ? 20 : (cell.bad >= 10 ? 4 : 1)), 2U);
}

}  // namespace

void print_times(bool smoke) {
  print_heading("Time of isolation");
  print_text(
      "Messages of 75 KB, 10 MB a second. The ratio compares what is added to sending every message once: calls, and "
      "what is sent again.");
  MarkdownTable table({"messages", "bad", "damage", "window", "order", "latency", "auto", "auto, calls only", "tenths",
                       "ratio", "calls", "calls only", "sent again", "calls only"});
  std::array<Sum, kLatencies.size()> sums;
  for (const Cell& cell : cells_of(smoke)) run(cell, worlds_of(cell, smoke), table, sums, smoke);
  for (std::size_t i = 0; i < kLatencies.size(); ++i) {
    const Sum& sum = sums[i];
    print_text("At " + decimal(1'000 * kLatencies[i], 0) + " ms, " + std::to_string(sum.cells) +
               " cells: the time is " + decimal(std::exp(sum.logs_to_calls / sum.cells), 3) +
               " of that by calls only (geometric mean; worst " + decimal(sum.worst, 2) + ") and " +
               decimal(std::exp(sum.logs_to_tenths / sum.cells), 3) + " of that by tenths.");
  }
  double worst = 0;
  for (const Sum& sum : sums) worst = std::max(worst, sum.worst);
  print_last("worst ratio: " + decimal(worst, 2));
}

}  // namespace mapisync::bench
