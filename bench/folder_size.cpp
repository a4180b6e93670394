// Folders of 1,000 to 1,000,000 messages: the cost of a message, of a run that finds nothing new, of a start.
#include <cstdint>
#include <string>
#include <vector>

#include "bench/command_line.h"
#include "bench/folder_life.h"
#include "bench/report.h"
#include "bench/world.h"

namespace mapisync::bench {
namespace {

constexpr double kMega = 1e6;

struct Life {
  std::uint64_t messages;
  FirstPass pass;
  QuietRun quiet;
  Starts starts;
};

Life live(const BulkMail& mail, std::uint64_t messages) {
  const ScratchDirectory directory;
  const std::string path = directory.file("mirror.db");
  Life life{messages, first_pass(path, mail, messages), quiet_run(path, mail, messages), {}};
  life.starts = starts(path);
  return life;
}

std::string each(std::uint64_t value, std::uint64_t messages) {
  return decimal(static_cast<double>(value) / static_cast<double>(messages), 2);
}

double micros_each(const Life& life) { return life.pass.time.cpu / static_cast<double>(life.messages) * 1e6; }

void print_passes(const std::vector<Life>& lives) {
  MarkdownTable table({"messages", "statements a message", "pages written a message", "allocations a message",
                       "peak memory, MB", "time a message, against the smallest", "processor, likewise"});
  const Life& first = lives.front();
  for (const Life& life : lives) {
    const double wall = life.pass.time.wall / static_cast<double>(life.messages);
    const double first_wall = first.pass.time.wall / static_cast<double>(first.messages);
    table.row({grouped(life.messages), each(life.pass.statements, life.messages), each(life.pass.pages, life.messages),
               each(life.pass.allocations, life.messages),
               decimal(static_cast<double>(life.pass.peak_memory) / kMega, 1), decimal(wall / first_wall, 2),
               decimal(micros_each(life) / micros_each(first), 2)});
  }
}

void print_quiet_runs(const std::vector<Life>& lives) {
  MarkdownTable table({"messages", "statements", "pages written", "allocations", "time, ms", "processor, ms"});
  for (const Life& life : lives) {
    table.row({grouped(life.messages), grouped(life.quiet.statements), grouped(life.quiet.pages),
               grouped(life.quiet.allocations), decimal(life.quiet.time.wall * 1e3, 1),
               decimal(life.quiet.time.cpu * 1e3, 1)});
  }
}

void print_starts(const std::vector<Life>& lives) {
  MarkdownTable table({"messages", "file, MB", "after an unclean end, against reading the file once",
                       "after an unclean end, s", "after a clean end, ms"});
  for (const Life& life : lives) {
    table.row({grouped(life.messages), decimal(static_cast<double>(life.pass.file_bytes) / kMega, 1),
               decimal(life.starts.unclean.wall / life.starts.read, 1), decimal(life.starts.unclean.wall, 3),
               decimal(life.starts.clean.wall * 1e3, 1)});
  }
}

std::vector<Life> live_all(const BulkMail& mail, const std::vector<std::uint64_t>& sizes) {
  std::vector<Life> lives;
  for (const std::uint64_t messages : sizes) lives.push_back(live(mail, messages));
  return lives;
}

/// Counts are the same on every machine: a smoke run holds them.
void check_counts(const std::vector<Life>& lives) {
  const Life& first = lives.front();
  const Life& last = lives.back();
  if (first.quiet.statements != last.quiet.statements) give_up("the statements of a quiet run grow with the folder");
  const std::uint64_t more = last.messages - first.messages;
  if (last.pass.statements - first.pass.statements > 6 * more) give_up("a message costs more than six statements");
}

}  // namespace
}  // namespace mapisync::bench

int main(int argc, char** argv) {
  using namespace mapisync::bench;
  const CommandLine line =
      parse(argc, argv,
            "Folders of 1,000 to 1,000,000 messages: what the first pass costs per message, what a "
            "run costs that finds nothing new, and a start after a clean and an unclean end.");
  const std::vector<std::uint64_t> sizes = line.smoke ? std::vector<std::uint64_t>{600, 1'800}
                                                      : std::vector<std::uint64_t>{1'000, 10'000, 100'000, 1'000'000};
  const std::vector<Life> lives = live_all(BulkMail(BulkMailShape{1024}), sizes);
  print_heading("The first pass over a folder, keys in order, bodies of 1 KB");
  print_passes(lives);
  print_heading("A run that finds nothing new");
  print_quiet_runs(lives);
  print_heading("Start after an unclean end");
  print_starts(lives);
  if (!line.smoke) {
    print_heading("The first pass, keys scattered");
    print_passes(live_all(BulkMail(BulkMailShape{1024, KeyOrder::scattered}), {1'000, 10'000, 100'000}));
  }
  check_counts(lives);
  return 0;
}
