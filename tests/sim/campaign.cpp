#include "tests/sim/campaign.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "tests/model/branch.h"
#include "tests/sim/generator.h"

namespace mapisync::sim {

namespace {

using test::Branch;

/// Of processor time: one that does not even call the server any more is ended, and counts as a process that died.
void limit_one_history() {
  constexpr int kSeconds = 120;
  const itimerval limit{{0, 0}, {kSeconds, 0}};
  setitimer(ITIMER_VIRTUAL, &limit, nullptr);
}

/// What the workers and their parent see of one another.
struct Shared {
  std::atomic<bool> stop;
  std::atomic<std::uint64_t> at[64];  // the seed that each worker plays
};

class SharedMemory {
 public:
  SharedMemory() {
    void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    shared_ = new (memory) Shared{};
  }
  ~SharedMemory() { munmap(shared_, sizeof(Shared)); }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  Shared& operator*() const { return *shared_; }

 private:
  Shared* shared_;
};

class Worker {
 public:
  Worker(const CampaignOptions& options, unsigned number, std::uint64_t done, Shared& shared,
         std::chrono::steady_clock::time_point started)
      : options_(options), number_(number), next_(done), shared_(shared), started_(started) {}

  /// Everything it did, as text. What failed is said at once: a campaign may be long.
  std::string work() {
    for (; wanted(); next_ += options_.jobs) {
      const std::uint64_t seed = options_.from + next_;
      shared_.at[number_] = seed;
      limit_one_history();
      const Outcome outcome = play_twice(generate(seed), stage_, options_.plant);
      ++histories_;
      runs_ += outcome.runs;
      tally_.merge(outcome.tally);
      if (!outcome.complaints.empty()) failed(seed, outcome.complaints.front());
    }
    return fmt::format("done\t{}\t{}\n", histories_, runs_) + failures_ + tally_.lines();
  }

 private:
  bool wanted() const {
    if (shared_.stop) return false;
    if (options_.histories && next_ >= *options_.histories) return false;
    return !options_.time || std::chrono::steady_clock::now() - started_ < *options_.time;
  }

  void failed(std::uint64_t seed, const std::string& complaint) {
    std::string line = complaint;
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::replace(line.begin(), line.end(), '\t', ' ');
    std::printf("seed %llu fails: %s\n", static_cast<unsigned long long>(seed), line.c_str());
    std::fflush(stdout);
    failures_ += fmt::format("failed\t{}\t{}\n", seed, line);
    if (!options_.keep_going) shared_.stop = true;
  }

  const CampaignOptions& options_;
  unsigned number_;
  std::uint64_t next_;  // seeds from the first one on
  Shared& shared_;
  std::chrono::steady_clock::time_point started_;
  const Stage stage_;
  std::uint64_t histories_{0}, runs_{0};
  std::string failures_;
  Tally tally_;
};

void take(CampaignReport& report, const std::string& answer) {
  std::string counts;
  std::size_t at = 0;
  while (at < answer.size()) {
    const std::size_t end = std::min(answer.find('\n', at), answer.size());
    const std::string line = answer.substr(at, end - at);
    at = end + 1;
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    if (line.starts_with("done\t")) {
      report.histories += std::strtoull(line.c_str() + first + 1, nullptr, 10);
      report.runs += std::strtoull(line.c_str() + second + 1, nullptr, 10);
    } else if (line.starts_with("failed\t")) {
      report.failing.push_back({std::strtoull(line.c_str() + first + 1, nullptr, 10), line.substr(second + 1)});
    } else {
      counts += line + "\n";
    }
  }
  report.tally.merge(Tally::parse(counts));
}

}  // namespace

CampaignReport run_campaign(const CampaignOptions& given) {
  CampaignOptions options = given;
  options.jobs = std::clamp(options.jobs, 1U, 64U);
  const SharedMemory memory;
  Shared& shared = *memory;
  const auto started = std::chrono::steady_clock::now();
  CampaignReport report;
  std::vector<std::unique_ptr<Branch>> workers(options.jobs);
  const auto begin = [&](unsigned number, std::uint64_t done) {
    workers[number] = std::make_unique<Branch>();
    if (workers[number]->inside()) {
      workers[number]->end(Worker(options, number, done, shared, started).work());
    }
  };
  for (unsigned number = 0; number < options.jobs; ++number) begin(number, number);
  for (unsigned number = 0; number < options.jobs; ++number) {
    for (;;) {
      const std::string answer = workers[number]->answer();
      take(report, answer);
      if (!answer.empty()) break;
      // What it had counted is lost with it.
      const std::uint64_t seed = shared.at[number];
      report.failing.push_back({seed, "the process died"});
      std::printf("seed %llu fails: the process died\n", static_cast<unsigned long long>(seed));
      std::fflush(stdout);
      if (!options.keep_going) {
        shared.stop = true;
        break;
      }
      begin(number, seed - options.from + options.jobs);
    }
  }
  std::sort(report.failing.begin(), report.failing.end(),
            [](const Failing& a, const Failing& b) { return a.seed < b.seed; });
  return report;
}

std::optional<std::string> complaint_of(const History& history, Plant plant) {
  Branch branch;
  if (branch.inside()) {
    limit_one_history();
    const Outcome outcome = play_twice(history, Stage(), plant);
    branch.end(outcome.complaints.empty() ? "well" : "bad " + outcome.complaints.front());
  }
  const std::string answer = branch.answer();
  if (answer == "well") return std::nullopt;
  return answer.empty() ? "the process died" : answer.substr(4);
}

Shrunk shrink_failing(const History& history, Plant plant) {
  const auto first = complaint_of(history, plant);
  if (!first) return {history, 0};
  const std::string kind = kind_of(*first);
  return shrink(history, [&](const History& candidate) {
    const auto complaint = complaint_of(candidate, plant);
    return complaint && kind_of(*complaint) == kind;
  });
}

}  // namespace mapisync::sim
