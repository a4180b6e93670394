// Verdicts on a server that fails by chance: how many are false, and how many bad messages get theirs in the same run.
#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/command_line.h"
#include "bench/noisy_provider.h"
#include "bench/report.h"
#include "bench/world.h"
#include "engine/staging/file_spool.h"
#include "store/memory/memory_sink.h"
#include "store/memory/memory_store.h"

namespace mapisync::bench {
namespace {

/// Jumps where a run waits.
class JumpingClock final : public Clock {
 public:
  Timestamp now() override { return Timestamp{Duration{1'700'000'000'000'000}} + elapsed_; }
  Duration elapsed() override { return elapsed_; }
  void wait(Duration duration, const StopFlag& /*stop*/) override { elapsed_ += duration; }

 private:
  Duration elapsed_{0};
};

class NoChance final : public Random {
 public:
  std::uint64_t below(std::uint64_t /*bound*/) override { return 0; }
};

struct Shape {
  std::uint32_t messages{0};
  std::uint32_t bad{0};
};

struct Cell {
  std::uint32_t per_mille{0};
  Noise noise{Noise::call_failed};
  Shape shape;
  std::uint64_t bad{0};  // bad messages in all runs together
  bool promised{false};  // the figures are promised at this noise
};

struct Counts {
  std::uint64_t runs{0};
  std::uint64_t bad{0};
  std::uint64_t condemned{0};    // of these, in the same run
  std::uint64_t falsely{0};      // good ones
  std::uint64_t good_failed{0};  // exports of a single good message that failed: each might have become a verdict
  std::uint64_t exports{0}, by_chance{0};
  std::uint64_t strikes{0};
};

std::vector<bool> scattered(const Shape& shape, NoisyProvider& chance) {
  std::vector<bool> bad(shape.messages, false);
  for (std::uint32_t left = shape.bad; left > 0;) {
    const std::uint32_t index = chance.below(shape.messages);
    if (!bad[index]) --left;
    bad[index] = true;
  }
  return bad;
}

/// One mailbox, one run.
void play(const Cell& cell, std::uint64_t seed, Counts& counts) {
  NoisyProvider placing({}, ~seed);
  const std::vector<bool> bad = scattered(cell.shape, placing);
  NoisyProvider provider({cell.shape.messages, bad, cell.per_mille / 1000.0, cell.noise}, seed);
  MemoryStore store;
  MemorySink sink;
  JumpingClock clock;
  NoChance chance;
  FileSpool spool;
  MailboxSync sync(SyncEnvironment{provider, store, sink, clock, chance, spool, nullptr, {}}, {});
  const auto report = sync.run(StopFlag{});
  ++counts.runs;
  counts.bad += cell.shape.bad;
  counts.exports += provider.counts().exports;
  counts.by_chance += provider.counts().by_chance;
  counts.good_failed += provider.counts().good_ones_alone;
  if (!report) return;  // it never got as far as to judge
  counts.strikes += report.value().costs.strikes;
  for (const FolderRecord& folder : sure(store.folders())) {
    const auto rows = sure(store.unsettled_page(folder.id, UnsettledClass::quarantined, {}, cell.shape.messages));
    for (const UnsettledRow& row : rows) {
      ++(bad[noisy_index(row.row.source_key)] ? counts.condemned : counts.falsely);
    }
  }
}

double share_of(const Counts& counts) {
  return static_cast<double>(counts.condemned) / static_cast<double>(counts.bad);
}

void add(Counts& sum, const Counts& part) {
  sum.runs += part.runs;
  sum.bad += part.bad;
  sum.condemned += part.condemned;
  sum.falsely += part.falsely;
  sum.good_failed += part.good_failed;
  sum.exports += part.exports;
  sum.by_chance += part.by_chance;
  sum.strikes += part.strikes;
}

/// The same runs on any number of processors.
Counts play_all(const Cell& cell) {
  const std::uint64_t runs = (cell.bad + cell.shape.bad - 1) / cell.shape.bad;
  const std::size_t hands = std::max(1U, std::thread::hardware_concurrency());
  std::vector<Counts> parts(hands);
  std::vector<std::thread> threads;
  for (std::size_t hand = 0; hand < hands; ++hand) {
    threads.emplace_back([&, hand] {
      for (std::uint64_t seed = 1 + hand; seed <= runs; seed += hands) play(cell, seed, parts[hand]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  Counts sum;
  for (const Counts& part : parts) add(sum, part);
  return sum;
}

Counts run(const Cell& cell, MarkdownTable& table) {
  const Counts counts = play_all(cell);
  const std::uint64_t verdicts = counts.condemned + counts.falsely;
  const auto judged = static_cast<double>(std::max<std::uint64_t>(verdicts, 1));
  table.row({decimal(cell.per_mille / 10.0, 0) + " %", name_of(cell.noise),
             grouped(cell.shape.messages) + " / " + grouped(cell.shape.bad), grouped(counts.runs), grouped(verdicts),
             grouped(counts.falsely), grouped(counts.good_failed), decimal(100 * share_of(counts), 3) + " %",
             decimal(static_cast<double>(counts.strikes) / judged, 1),
             decimal(static_cast<double>(counts.exports) / judged, 1)});
  if (cell.promised && counts.falsely > 0) give_up("a good message was condemned");
  return counts;
}

std::vector<Cell> cells(bool smoke) {
  const Shape many{400, 40};
  const Shape few{40, 1};
  const std::uint64_t unit = smoke ? 20 : 10'000;
  std::vector<Cell> cells;
  cells.push_back({50, Noise::call_failed, many, 100 * unit, true});
  for (const std::uint32_t per_mille : {10U, 50U, 200U}) {
    const bool promised = per_mille <= 50;
    if (per_mille != 50) cells.push_back({per_mille, Noise::call_failed, many, 5 * unit, promised});
    cells.push_back({per_mille, Noise::call_failed, few, 2 * unit, promised});
    for (const Noise noise : {Noise::network, Noise::session_lost, Noise::timeout, Noise::mixed}) {
      cells.push_back({per_mille, noise, many, 2 * unit, promised});
    }
  }
  return cells;
}

void measure(bool smoke) {
  constexpr double kSameRun = 0.999;
  MarkdownTable table({"exports that fail by chance", "as", "messages / bad in a folder", "runs", "verdicts", "false",
                       "good ones that failed alone", "bad ones judged in the same run", "strikes a verdict",
                       "exports a verdict"});
  Counts all;
  for (const Cell& cell : cells(smoke)) {
    const Counts counts = run(cell, table);
    if (cell.promised && share_of(counts) < kSameRun) {
      give_up("bad messages are left without a verdict");
    }
    all.falsely += counts.falsely;
    all.condemned += counts.condemned;
    all.good_failed += counts.good_failed;
  }
  print_text(grouped(all.falsely) + " of " + grouped(all.condemned + all.falsely) + " verdicts are false; " +
             grouped(all.good_failed) + " exports of a single good message failed by chance.");
}

}  // namespace
}  // namespace mapisync::bench

int main(int argc, char** argv) {
  using namespace mapisync::bench;
  const CommandLine line = parse(argc, argv,
                                 "Verdicts of the engine on a server that fails by chance: false ones, and bad "
                                 "messages that get theirs in the same run.");
  print_heading("Verdicts under noise");
  measure(line.smoke);
  return 0;
}
