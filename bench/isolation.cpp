// Calls that isolation needs, beside the best that any method reached, in 360 kinds of damage and delivery.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "bench/command_line.h"
#include "bench/isolation_laboratory.h"
#include "bench/isolation_time.h"
#include "bench/report.h"
#include "bench/world.h"

namespace mapisync::bench {
namespace {

constexpr double kMostInSmoke = 1.25;  // of a yardstick; few worlds are noisy

/// So many that noise stays below two percent. Where nothing is left to chance, one is enough.
std::uint32_t worlds_of(const Cell& cell, bool smoke) {
  const bool at_an_end = cell.placement == Placement::all_newest || cell.placement == Placement::all_oldest;
  if (at_an_end && (cell.window == 0 || cell.delivery == Delivery::table)) return 1;
  if (smoke) return 40;
  if (cell.messages <= 1'000) return cell.bad >= 100 ? 100 : 1'000;
  if (cell.messages <= 100'000) return cell.bad >= 100 ? 16 : (cell.bad >= 10 ? 60 : 300);
  return cell.bad >= 100 ? 6 : (cell.bad >= 10 ? 20 : 50);
}

struct Verdict {
  double worst{0};
  double logs{0};
  std::uint32_t cells{0};
  double sent_again{0};  // the most, where failing calls keep what was delivered and the folder is large
};

void run(const Yardstick& yardstick, MarkdownTable& table, Verdict& verdict, bool smoke) {
  const Cell& cell = yardstick.cell;
  const Measured ours = measure(cell, IsolationMethod::automatic, worlds_of(cell, smoke));
  const double ratio = ours.calls / yardstick.calls;
  verdict.worst = std::max(verdict.worst, ratio);
  verdict.logs += std::log(ratio);
  ++verdict.cells;
  if (cell.window > 0 && cell.messages > 1'000) verdict.sent_again = std::max(verdict.sent_again, ours.sent_again);
  table.row({grouped(cell.messages), grouped(cell.bad), name_of(cell.placement), grouped(cell.window),
             name_of(cell.delivery), decimal(ours.calls, 2), decimal(yardstick.calls, 2), decimal(ratio, 2),
             decimal(yardstick.seeds_tenths, 1), decimal(100 * ours.sent_again, 2) + " %"});
  if (smoke && ratio > kMostInSmoke) give_up("the planner needs many more calls than the yardstick");
}

Verdict run_cells(bool smoke) {
  MarkdownTable table(
      {"messages", "bad", "damage", "window", "order", "calls", "yardstick", "ratio", "seed's tenths", "sent again"});
  Verdict verdict;
  for (const Yardstick& yardstick : read_yardsticks(MAPISYNC_YARDSTICKS)) {
    if (smoke && (yardstick.cell.messages > 1'000 || yardstick.cell.bad > 10)) continue;
    run(yardstick, table, verdict, smoke);
  }
  return verdict;
}

}  // namespace
}  // namespace mapisync::bench

int main(int argc, char** argv) {
  using namespace mapisync::bench;
  const OwnOption time{"--time", "expected time instead of calls, at three latencies"};
  const CommandLine line = parse(argc, argv,
                                 "Mean exporter calls of isolation in the laboratory of design section 6: the default "
                                 "method, the best that any method reached, and the seed's tenths.",
                                 &time);
  if (line.own) {
    print_times(line.smoke);
    return 0;
  }
  print_heading("Calls of isolation");
  const Verdict verdict = run_cells(line.smoke);
  print_text(std::to_string(verdict.cells) +
             " cells. Geometric mean of the ratios: " + decimal(std::exp(verdict.logs / verdict.cells), 3) +
             ". Sent again where failing calls keep what was delivered, in folders of more than 1,000: at most " +
             decimal(100 * verdict.sent_again, 2) + " % of the folder.");
  print_last("worst ratio: " + decimal(verdict.worst, 2));
  return 0;
}
