#include "engine/isolation/forecast.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>

#include "engine/isolation/planner.h"

namespace mapisync {

namespace {

constexpr std::array kBad{1U, 10U, 100U};
constexpr std::uint32_t kWorldsOfOne = 40;  // folders with one bad message; fewer with more
constexpr double kWorthALook = 0.9;         // of the list by calls only: a shorter one is told as such

/// SplitMix64: the same folders on every machine.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  std::uint32_t below(std::uint32_t bound) {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return static_cast<std::uint32_t>((z ^ (z >> 31U)) % bound);
  }

 private:
  std::uint64_t state_;
};

/// Ordinal 0 is the newest; the server sends the oldest first.
class ImaginedFolder {
 public:
  ImaginedFolder(std::uint32_t messages, std::uint32_t bad, std::uint64_t seed) {
    Draw draw(seed);
    std::set<Ordinal> drawn;
    while (drawn.size() < bad) drawn.insert(draw.below(messages));
    bad_.assign(drawn.begin(), drawn.end());
  }

  BatchOutcome answer(const PlannedBatch& asked) {
    std::uint32_t behind = 0;  // sent before the bad message
    for (auto interval = asked.intervals.rbegin(); interval != asked.intervals.rend(); ++interval) {
      const Ordinal end = interval->first + interval->count;
      const auto above = std::lower_bound(bad_.begin(), bad_.end(), end);
      if (above != bad_.begin() && *std::prev(above) >= interval->first) {
        lost_ += behind + (end - 1 - *std::prev(above));
        return {false, {}, std::nullopt};
      }
      behind += interval->count;
    }
    return {true, {}, std::nullopt};
  }
  std::uint64_t lost() const noexcept { return lost_; }

 private:
  std::vector<Ordinal> bad_;  // ascending
  std::uint64_t lost_{0};
};

SizeProfile sizes_of(const ForecastQuestion& question) {
  const std::uint64_t each = question.bytes / std::max(question.messages, 1U);
  return {question.messages, std::vector<std::uint64_t>(SizeProfile::samples_of(question.messages), each)};
}

std::unique_ptr<Planner> planner_of(const ForecastQuestion& question, const SizeProfile& sizes) {
  auto planner = make_planner(question.method, question.messages, {}, Rest::failing);
  planner->weigh_bytes(sizes, question.price.bytes_per_call(), false);
  return planner;
}

ForecastLine line_of(const ForecastQuestion& question, std::uint32_t bad) {
  const SizeProfile sizes = sizes_of(question);
  const double each = static_cast<double>(question.bytes) / question.messages;
  const std::uint32_t worlds = std::max(kWorldsOfOne / bad, 4U);
  std::uint64_t calls = 0;
  std::uint64_t lost = 0;
  for (std::uint32_t world = 1; world <= worlds; ++world) {
    ImaginedFolder folder(question.messages, bad, world);
    const auto planner = planner_of(question, sizes);
    while (const auto batch = planner->next(question.list_max)) {
      ++calls;
      planner->feed(folder.answer(*batch));
    }
    lost += folder.lost();
  }
  ForecastLine line;
  line.bad = bad;
  line.proof = bad;
  line.calls = static_cast<double>(calls) / worlds + line.proof;
  line.again = static_cast<double>(lost) / worlds * each;
  line.bytes = (static_cast<double>(question.messages) - bad) * each + line.again;
  line.seconds = question.price.seconds(line.calls, line.bytes);
  return line;
}

}  // namespace

const char* name_of(ListRule rule) noexcept {
  switch (rule) {
    case ListRule::fixed: return "fixed";
    case ListRule::by_calls: return "by_calls";
    case ListRule::by_time: return "by_time";
  }
  return "unknown";
}

std::vector<ForecastLine> forecast(const ForecastQuestion& question) {
  std::vector<ForecastLine> lines;
  for (const std::uint32_t bad : kBad) {
    if (bad <= question.messages) lines.push_back(line_of(question, bad));
  }
  return lines;
}

std::optional<CallPrice> price_of_runs(const std::vector<RunRecord>& runs) {
  constexpr std::size_t kEnough = 3;
  PriceEstimate estimate(kEnough);
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (run->finished) estimate.observe(*run->finished - run->started, run->bytes, run->calls);
  }
  return estimate.price();
}

FirstList first_list(const ForecastQuestion& question) {
  FirstList first;
  if (question.messages == 0) return first;
  const double each = static_cast<double>(question.bytes) / question.messages;
  first.messages_per_call = question.price.bytes_per_call() / std::max(each, 1.0);
  const SizeProfile sizes = sizes_of(question);
  const auto size_of_first = [&](bool weighing) {
    const auto planner = make_planner(question.method, question.messages, {}, Rest::failing);
    if (weighing) planner->weigh_bytes(sizes, question.price.bytes_per_call(), false);
    std::uint32_t size = 1;
    // The outermost messages may be asked for alone first.
    for (int i = 0; i < 3 && size == 1; ++i) {
      const auto batch = planner->next(question.list_max);
      if (!batch) break;
      size = batch->size;
      planner->feed({true, {}, std::nullopt});
    }
    return size;
  };
  first.messages = size_of_first(true);
  const std::uint32_t by_calls = size_of_first(false);
  if (!weighs_bytes(question.method)) {
    first.rule = ListRule::fixed;
  } else if (first.messages < kWorthALook * by_calls) {
    first.rule = ListRule::by_time;
  }
  return first;
}

}  // namespace mapisync
