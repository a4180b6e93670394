#include "bench/world.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "bench/bulk_provider.h"
#include "engine/staging/file_spool.h"

namespace mapisync::bench {

namespace {

class BenchClock final : public Clock {
 public:
  Timestamp now() override {
    return std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
  }
  Duration elapsed() override {
    return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
  }
  void wait(Duration /*duration*/, const StopFlag& /*stop*/) override { give_up("a run waits, and none should"); }
};

class NoChance final : public Random {
 public:
  std::uint64_t below(std::uint64_t /*bound*/) override { return 0; }
};

}  // namespace

void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

ScratchDirectory::ScratchDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "mapisync-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) give_up("cannot make a directory like " + pattern + "; set TMPDIR");
  path_ = pattern;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void remove_mirror(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    std::error_code ignored;
    std::filesystem::remove(path + suffix, ignored);
  }
}

SyncReport run_engine(OpenMirror& mirror, const BulkMail& mail, std::uint64_t messages) {
  BulkProvider provider(mail, messages);
  BenchClock clock;
  NoChance chance;
  FileSpool spool;
  MailboxSync sync(SyncEnvironment{provider, *mirror.store, mirror.sink, clock, chance, spool, nullptr, {}}, {});
  SyncReport report = sure(sync.run(StopFlag{}));
  const FolderReport sum = report.sum();
  if (report.grade != Grade::in_step || !sum.balanced() || sum.mirror_counted != messages) {
    give_up("the run did not end in step: " + report.grade_reason);
  }
  return report;
}

}  // namespace mapisync::bench
