// Calls that isolation needs, beside the yardsticks of design section 6.
#include <array>
#include <string>
#include <vector>

#include "bench/command_line.h"
#include "bench/isolation_laboratory.h"
#include "bench/report.h"
#include "bench/world.h"

namespace mapisync::bench {
namespace {

constexpr std::array<std::uint32_t, 3> kSizes{1'000, 100'000, 1'000'000};
constexpr std::array<std::uint32_t, 3> kBad{1, 10, 100};

/// Means over seeded worlds of a simulation of its own; a few percent of noise. By size, then by number of bad ones.
using Calls = std::array<std::array<double, 3>, 3>;

struct Yardstick {
  const char* damage;
  Placement placement;
  std::uint32_t window;
  Calls seed;  // the method of tenths
  Calls best;  // the best method known
};

constexpr std::array<Yardstick, 5> kYardsticks{{
    {"scattered",
     Placement::scattered,
     0,
     {{{31, 171, 764}, {51, 370, 2690}, {61, 473, 3695}}},
     {{{12, 93, 526}, {19, 159, 1203}, {22, 192, 1536}}}},
    {"scattered, prefix delivered, by 16",
     Placement::scattered,
     16,
     {{{25, 144, 752}, {45, 313, 2205}, {55, 416, 3131}}},
     {{{7, 56, 525}, {6, 46, 415}, {6, 46, 349}}}},
    {"scattered, prefix delivered, singly",
     Placement::scattered,
     1,
     {{{25, 125, 528}, {45, 311, 2126}, {56, 415, 3110}}},
     {{{3, 21, 201}, {3, 21, 201}, {3, 21, 201}}}},
    {"runs of ten",
     Placement::runs_of_ten,
     0,
     {{{31, 41, 271}, {51, 61, 470}, {61, 71, 563}}},
     {{{12, 24, 192}, {19, 31, 261}, {22, 35, 293}}}},
    {"runs of ten, prefix delivered, by 16",
     Placement::runs_of_ten,
     16,
     {{{26, 35, 244}, {46, 54, 412}, {55, 65, 502}}},
     {{{6, 18, 159}, {6, 18, 158}, {6, 18, 158}}}},
}};

/// Fewer where each world is large: the mean varies less there.
std::uint32_t worlds_of(std::uint32_t messages, bool smoke) {
  if (smoke) return 5;
  return messages >= 1'000'000 ? 50 : 300;
}

void print(const Yardstick& yardstick, const CommandLine& line) {
  print_text(std::string("**Damage: ") + yardstick.damage + "**");
  MarkdownTable table({"messages", "bad", "our planner", "seed's tenths (yardstick)", "ours to it", "best known",
                       "ours to it", "one by one"});
  const std::size_t sizes = line.smoke ? 1 : kSizes.size();
  for (std::size_t size = 0; size < sizes; ++size) {
    for (std::size_t bad = 0; bad < kBad.size(); ++bad) {
      const Damage damage{kSizes[size], kBad[bad], yardstick.placement, yardstick.window};
      const double ours = mean_planner_calls(damage, worlds_of(damage.messages, line.smoke));
      const double seed = yardstick.seed[size][bad];
      const double best = yardstick.best[size][bad];
      table.row({grouped(damage.messages), grouped(damage.bad), decimal(ours, 0), decimal(seed, 0),
                 decimal(ours / seed, 2), decimal(best, 0), decimal(ours / best, 2),
                 grouped(one_by_one_calls(damage))});
      if (ours > 1.25 * seed) give_up("the planner needs many more calls than the seed's method");
    }
  }
}

}  // namespace
}  // namespace mapisync::bench

int main(int argc, char** argv) {
  using namespace mapisync::bench;
  const CommandLine line = parse(argc, argv,
                                 "Mean exporter calls of isolation in the laboratory of design section 6: the engine's "
                                 "planner, the yardsticks, and one call for every message.");
  print_heading("Calls of isolation");
  for (const Yardstick& yardstick : kYardsticks) print(yardstick, line);
  return 0;
}
