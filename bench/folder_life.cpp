#include "bench/folder_life.h"

#include <filesystem>
#include <fstream>
#include <vector>

#include "bench/child.h"
#include "bench/report.h"
#include "store/sqlite/database.h"

namespace mapisync::bench {

namespace {

constexpr int kRounds = 5;

Seconds median_of(const std::vector<Seconds>& times) {
  std::vector<double> wall, cpu;
  for (const Seconds& time : times) {
    wall.push_back(time.wall);
    cpu.push_back(time.cpu);
  }
  return {median(std::move(wall)), median(std::move(cpu))};
}

/// Leaves the mirror as a process does that is killed after it has written.
void end_uncleanly(const std::string& path) {
  in_child<int>([&](auto tell) {
    OpenMirror mirror(path);
    auto work = sure(mirror.store->begin());
    sure(work->put_run(RunRecord{}));
    must(work->commit());
    tell(0);
  });
}

Seconds time_of_start(const std::string& path, bool checked) {
  const Seconds start = Seconds::now();
  const OpenMirror mirror(path);
  const Seconds taken = Seconds::now() - start;
  if (mirror.store->integrity_checked() != checked) give_up("the file was not checked when it should be, or it was");
  return taken;
}

double time_of_reading(const std::string& path) {
  std::vector<char> piece(std::size_t{1} << 20U);
  const Seconds start = Seconds::now();
  std::ifstream file(path, std::ios::binary);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size()))) {
  }
  return (Seconds::now() - start).wall;
}

}  // namespace

FirstPass first_pass(const std::string& path, const BulkMail& mail, std::uint64_t messages) {
  return in_child<FirstPass>([&](auto tell) {
    FirstPass pass;
    {
      watch_connections();
      OpenMirror mirror(path);
      const PageMeter pages;
      const std::uint64_t statements = mirror.store->database()->executed();
      const std::uint64_t allocated = allocations();
      const Seconds start = Seconds::now();
      run_engine(mirror, mail, messages);
      pass.time = Seconds::now() - start;
      pass.statements = mirror.store->database()->executed() - statements;
      pass.pages = pages.written();
      pass.allocations = allocations() - allocated;
      pass.peak_memory = peak_memory();
    }
    pass.file_bytes = std::filesystem::file_size(path);
    tell(pass);
  });
}

QuietRun quiet_run(const std::string& path, const BulkMail& mail, std::uint64_t messages) {
  return in_child<QuietRun>([&](auto tell) {
    QuietRun quiet;
    {
      watch_connections();
      OpenMirror mirror(path);
      const PageMeter pages;
      std::vector<Seconds> times;
      for (int round = 0; round < kRounds; ++round) {
        const std::uint64_t statements = mirror.store->database()->executed();
        const std::uint64_t written = pages.written();
        const std::uint64_t allocated = allocations();
        const Seconds start = Seconds::now();
        run_engine(mirror, mail, messages);
        times.push_back(Seconds::now() - start);
        quiet.statements = mirror.store->database()->executed() - statements;
        quiet.pages = pages.written() - written;
        quiet.allocations = allocations() - allocated;
      }
      quiet.time = median_of(times);
    }
    tell(quiet);
  });
}

Starts starts(const std::string& path) {
  std::vector<Seconds> clean, unclean;
  std::vector<double> reads;
  for (int round = 0; round < 3; ++round) {
    reads.push_back(time_of_reading(path));
    clean.push_back(time_of_start(path, false));
    end_uncleanly(path);
    unclean.push_back(time_of_start(path, true));
  }
  return {median_of(clean), median_of(unclean), median(std::move(reads))};
}

}  // namespace mapisync::bench
