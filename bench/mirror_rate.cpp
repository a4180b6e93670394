// Messages into the mirror, as a ratio to bare prepared statements that write the very same rows.
#include <algorithm>
#include <string>
#include <vector>

#include "bench/bare_mirror.h"
#include "bench/command_line.h"
#include "bench/meters.h"
#include "bench/report.h"
#include "bench/world.h"
#include "store/sqlite/database.h"

namespace mapisync::bench {
namespace {

constexpr std::size_t kBatch = 500;  // SyncOptions::batch_messages_max

struct Cost {
  Seconds time;
  std::uint64_t allocations{0};
  std::uint64_t statements{0};
};

Seconds time_of_bare(const std::string& path, const std::vector<BareRows>& rows, bool ledger) {
  remove_mirror(path);
  BareMirror bare(path, ledger);
  const Seconds start = Seconds::now();
  for (std::size_t next = 0; next < rows.size(); next += kBatch) {
    bare.write(&rows[next], std::min(kBatch, rows.size() - next));
  }
  return Seconds::now() - start;
}

/// The sink alone, in units of work of its store.
Cost cost_of_sink(const std::string& path, const std::vector<DeliveredMessage>& messages) {
  remove_mirror(path);
  OpenMirror mirror(path);
  auto setup = sure(mirror.store->begin());
  FolderRecord record;
  record.info.key = FolderKey("inbox");
  const FolderId folder = sure(setup->put_folder(record));
  must(setup->commit());
  setup.reset();
  const SinkContext context{folder, RunId{1}, Timestamp{}};
  const std::uint64_t statements = mirror.store->database()->executed();
  const std::uint64_t allocated = allocations();
  const Seconds start = Seconds::now();
  for (std::size_t next = 0; next < messages.size();) {
    auto work = sure(mirror.store->begin());
    sure(mirror.sink.attach(*work));
    const std::size_t end = std::min(messages.size(), next + kBatch);
    for (; next < end; ++next) sure(mirror.sink.upsert(context, messages[next]));
    must(work->commit());
  }
  return {Seconds::now() - start, allocations() - allocated, mirror.store->database()->executed() - statements};
}

/// A whole first run: export, staging, ledger, mirror, totals.
Cost cost_of_run(const std::string& path, const BulkMail& mail, std::uint64_t messages) {
  remove_mirror(path);
  OpenMirror mirror(path);
  const std::uint64_t statements = mirror.store->database()->executed();
  const std::uint64_t allocated = allocations();
  const Seconds start = Seconds::now();
  run_engine(mirror, mail, messages);
  return {Seconds::now() - start, allocations() - allocated, mirror.store->database()->executed() - statements};
}

/// What it takes to make the mail of a run, which is no work of the engine.
Seconds time_of_making(const BulkMail& mail, std::uint64_t messages) {
  const Seconds start = Seconds::now();
  for (std::uint64_t i = 0; i < messages; ++i) {
    if (mail.header(i).source_key.empty() || mail.content(i).properties.empty()) give_up("an empty message");
  }
  return Seconds::now() - start;
}

struct Ratios {
  std::vector<double> sink_wall, sink_cpu, run_wall, run_cpu;
  Cost sink, run;
};

Ratios measure(const BulkMail& mail, std::uint64_t count, int rounds) {
  const ScratchDirectory directory;
  const std::string path = directory.file("mirror.db");
  const std::vector<DeliveredMessage> messages = mail.delivered(0, count);
  const std::vector<BareRows> rows = encode_all(messages);
  Ratios ratios;
  for (int round = 0; round < rounds; ++round) {
    const Seconds bare = time_of_bare(path, rows, false);
    ratios.sink = cost_of_sink(path, messages);
    const Seconds bare_with_ledger = time_of_bare(path, rows, true);
    ratios.run = cost_of_run(path, mail, count);
    const Seconds making = time_of_making(mail, count);
    ratios.sink_wall.push_back(bare.wall / ratios.sink.time.wall);
    ratios.sink_cpu.push_back(bare.cpu / ratios.sink.time.cpu);
    ratios.run_wall.push_back(bare_with_ledger.wall / (ratios.run.time.wall - making.wall));
    ratios.run_cpu.push_back(bare_with_ledger.cpu / (ratios.run.time.cpu - making.cpu));
  }
  return ratios;
}

void print(MarkdownTable& table, const std::string& what, std::vector<double> wall, std::vector<double> cpu,
           const Cost& cost, std::uint64_t count) {
  const auto per_message = [&](std::uint64_t value) {
    return decimal(static_cast<double>(value) / static_cast<double>(count), 2);
  };
  table.row({what, decimal(median(std::move(wall)), 2), decimal(median(std::move(cpu)), 2),
             per_message(cost.statements), per_message(cost.allocations),
             decimal(static_cast<double>(count) / cost.time.wall, 0)});
}

}  // namespace
}  // namespace mapisync::bench

int main(int argc, char** argv) {
  using namespace mapisync::bench;
  const CommandLine line = parse(argc, argv,
                                 "Messages into the mirror, as a ratio to bare prepared statements that write the same "
                                 "rows into the same schema under the same pragmas (1 = as fast as they).");
  const std::uint64_t count = line.smoke ? 600 : 20'000;
  const int rounds = line.smoke ? 1 : 7;
  print_heading("Messages into the mirror, against bare prepared statements");
  MarkdownTable table({"what", "ratio (time)", "ratio (processor)", "statements a message", "allocations a message",
                       "messages a second"});
  for (const std::size_t body : {std::size_t{4096}, std::size_t{512}}) {
    const BulkMail mail(BulkMailShape{body});
    const Ratios ratios = measure(mail, count, rounds);
    const std::string bodies = ", bodies of " + grouped(body) + " bytes";
    print(table, "the sink" + bodies, ratios.sink_wall, ratios.sink_cpu, ratios.sink, count);
    print(table, "a whole run" + bodies, ratios.run_wall, ratios.run_cpu, ratios.run, count);
  }
  return 0;
}
