// mapisync-sim: whole mailbox histories, drawn by chance from a seed, played by the real engine against the fake, and
// judged by the oracle. docs/testing.md says what it does.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <map>
#include <string_view>

#include "tests/sim/campaign.h"
#include "tests/sim/generator.h"
#include "tests/support/cheap_memory.h"

namespace mapisync::sim {
namespace {

constexpr const char* kUsage =
    "usage: mapisync-sim [--from SEED] [--histories N] [--seconds T] [--jobs N] [--keep-going] [--commit TEXT]\n"
    "       mapisync-sim --seed N [--shrink]\n"
    "Plays histories from SEED (default 1) on, N of them (default 1000) or as many as T seconds allow, each twice.\n"
    "--seed N plays one, and prints it. A failing history is made as small as it gets and printed.\n"
    "--plant lost-message | lost-deletion | chance   a defect that must be found\n"
    "exit code: 0 all is well, 1 a history failed, 64 usage\n";

struct Request {
  CampaignOptions campaign;
  std::optional<std::uint64_t> seed;
  bool shrink{false};
  std::string commit{"unknown"};
};

template <class N>
bool number(const char* text, N& out) {
  const std::string_view view = text == nullptr ? "" : text;
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), out);
  return error == std::errc() && end == view.data() + view.size();
}

bool plant_of(const char* text, Plant& out) {
  const std::string_view word = text == nullptr ? "" : text;
  out = word == "lost-message" ? Plant::lost_message : word == "lost-deletion" ? Plant::lost_deletion : Plant::chance;
  return word == "lost-message" || word == "lost-deletion" || word == "chance";
}

/// False: not understood.
bool read(int argc, char** argv, Request& request) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
    std::uint64_t n = 0;
    bool good = true;
    bool flag = false;
    if (word == "--keep-going") {
      flag = request.campaign.keep_going = true;
    } else if (word == "--shrink") {
      flag = request.shrink = true;
    } else if (word == "--seed") {
      good = number(value, n);
      request.seed = n;
    } else if (word == "--from") {
      good = number(value, request.campaign.from);
    } else if (word == "--histories") {
      good = number(value, n);
      request.campaign.histories = n;
    } else if (word == "--seconds") {
      good = number(value, n);
      request.campaign.time = std::chrono::seconds(n);
    } else if (word == "--jobs") {
      good = number(value, request.campaign.jobs);
    } else if (word == "--plant") {
      good = plant_of(value, request.campaign.plant);
    } else if (word == "--commit" && value != nullptr) {
      request.commit = value;
    } else {
      return false;
    }
    if (!good) return false;
    if (!flag) ++i;
  }
  return true;
}

std::string planted(Plant plant) {
  switch (plant) {
    case Plant::lost_message: return " --plant lost-message";
    case Plant::lost_deletion: return " --plant lost-deletion";
    case Plant::chance: return " --plant chance";
    case Plant::none: return "";
  }
  return "";
}

void tell_smallest(std::uint64_t seed, Plant plant) {
  const Shrunk smallest = shrink_failing(generate(seed), plant);
  std::printf("\nseed %llu, made as small as it gets (%llu histories tried), is %zu steps:\n%s",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(smallest.tried),
              smallest.history.steps.size(), smallest.history.to_string().c_str());
  const auto complaint = complaint_of(smallest.history, plant);
  std::printf("complaint: %s\n", complaint.value_or("none any more").c_str());
  std::fflush(stdout);
  if (complaint && *complaint != "the process died") {
    const Outcome outcome = play_twice(smallest.history, Stage(), plant);
    for (const std::string& line : outcome.complaints) std::printf("  %s\n", line.c_str());
    std::printf("%s", outcome.story.c_str());
  }
  std::printf("again: mapisync-sim --seed %llu --shrink%s\n", static_cast<unsigned long long>(seed),
              planted(plant).c_str());
}

int one(const Request& request) {
  const History history = generate(*request.seed);
  std::printf("seed %llu:\n%s", static_cast<unsigned long long>(*request.seed), history.to_string().c_str());
  std::fflush(stdout);
  const auto complaint = complaint_of(history, request.campaign.plant);
  if (!complaint) {
    std::printf("%s", play_twice(history, Stage(), request.campaign.plant).tally.to_string().c_str());
    std::printf("all is well\n");
    return 0;
  }
  std::printf("complaint: %s\n", complaint->c_str());
  if (request.shrink) {
    tell_smallest(*request.seed, request.campaign.plant);
  } else if (*complaint != "the process died") {
    std::printf("%s", play_twice(history, Stage(), request.campaign.plant).story.c_str());
  }
  return 1;
}

int many(Request request) {
  if (!request.campaign.histories && !request.campaign.time) request.campaign.histories = 1'000;
  const CampaignReport report = run_campaign(request.campaign);
  std::printf("%s", report.tally.to_string().c_str());
  std::printf("commit %s, from seed %llu: %llu histories, %llu runs, each played twice; %zu failed\n",
              request.commit.c_str(), static_cast<unsigned long long>(request.campaign.from),
              static_cast<unsigned long long>(report.histories), static_cast<unsigned long long>(report.runs),
              report.failing.size());
  // Of each kind of failure the first.
  std::map<std::string, std::vector<std::uint64_t>> kinds;
  for (const Failing& failing : report.failing) kinds[kind_of(failing.complaint)].push_back(failing.seed);
  for (const auto& [kind, seeds] : kinds) {
    std::printf("%6zu  %s (seed %llu)\n", seeds.size(), kind.c_str(), static_cast<unsigned long long>(seeds.front()));
  }
  if (!request.campaign.keep_going && !report.failing.empty()) {
    tell_smallest(report.failing.front().seed, request.campaign.plant);
  }
  return report.failing.empty() ? 0 : 1;
}

int run(int argc, char** argv) {
  Request request;
  if (!read(argc, argv, request)) {
    std::fputs(kUsage, stderr);
    return 64;
  }
  return request.seed ? one(request) : many(request);
}

}  // namespace
}  // namespace mapisync::sim

int main(int argc, char** argv) {
  mapisync::test::make_memory_cheap();
  return mapisync::sim::run(argc, argv);
}
