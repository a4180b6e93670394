#include "bench/isolation_laboratory.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <numeric>
#include <set>
#include <sstream>

#include "bench/world.h"

namespace mapisync::bench {

namespace {

constexpr std::uint32_t kRunLength = 10;
constexpr std::size_t kColumns = 8;
constexpr std::array kPlacements{Placement::scattered, Placement::runs_of_10, Placement::all_newest,
                                 Placement::all_oldest};
constexpr std::array kDeliveries{Delivery::table, Delivery::fixed_unknown, Delivery::reshuffled_each_call};

template <class Value, std::size_t N>
Value named(const std::array<Value, N>& all, const std::string& name) {
  for (const Value value : all) {
    if (name == name_of(value)) return value;
  }
  give_up("the yardsticks name '" + name + "', which the laboratory does not know");
}

Yardstick parse(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
  if (fields.size() != kColumns) give_up("not a line of the yardsticks: " + line);
  Yardstick yardstick;
  yardstick.cell.messages = static_cast<std::uint32_t>(std::stoul(fields[0]));
  yardstick.cell.bad = static_cast<std::uint32_t>(std::stoul(fields[1]));
  yardstick.cell.placement = named(kPlacements, fields[2]);
  yardstick.cell.window = static_cast<std::uint32_t>(std::stoul(fields[3]));
  yardstick.cell.delivery = named(kDeliveries, fields[4]);
  yardstick.calls = std::stod(fields[5]);
  yardstick.seeds_tenths = std::stod(fields[6]);
  return yardstick;
}

std::vector<Ordinal> ordinals_of(const PlannedBatch& batch) {
  std::vector<Ordinal> all;
  all.reserve(batch.size);
  for (const Interval& interval : batch.intervals) {
    for (std::uint32_t i = 0; i < interval.count; ++i) all.push_back(interval.first + i);
  }
  return all;
}

/// The last `count` ordinals: the table begins with the oldest message, which has the highest ordinal.
std::vector<Ordinal> oldest_of(const PlannedBatch& batch, std::uint32_t count) {
  std::vector<Ordinal> ordinals;
  ordinals.reserve(count);
  std::uint32_t skip = batch.size - count;
  for (const Interval& interval : batch.intervals) {
    const std::uint32_t from = std::min(skip, interval.count);
    skip -= from;
    for (std::uint32_t i = from; i < interval.count; ++i) ordinals.push_back(interval.first + i);
  }
  return ordinals;
}

std::set<Ordinal> place(const Cell& cell, std::mt19937_64& chance) {
  std::set<Ordinal> bad;
  const std::uint32_t run = cell.placement == Placement::runs_of_10 ? std::min(kRunLength, cell.bad) : 1;
  for (Ordinal i = 0; i < cell.bad; ++i) {
    if (cell.placement == Placement::all_newest) bad.insert(i);
    if (cell.placement == Placement::all_oldest) bad.insert(cell.messages - 1 - i);
  }
  while (bad.size() < cell.bad) {
    const auto first = static_cast<Ordinal>(chance() % (cell.messages - run + 1));
    const auto next = bad.lower_bound(first);
    if (next != bad.end() && *next - first < run) continue;  // no two runs share a message
    for (std::uint32_t i = 0; i < run; ++i) bad.insert(first + i);
  }
  return bad;
}

}  // namespace

const char* name_of(Placement placement) noexcept {
  switch (placement) {
    case Placement::scattered: return "scattered";
    case Placement::runs_of_10: return "runs_of_10";
    case Placement::all_newest: return "all_newest";
    case Placement::all_oldest: return "all_oldest";
  }
  return "unknown";
}

const char* name_of(Delivery delivery) noexcept {
  switch (delivery) {
    case Delivery::table: return "table";
    case Delivery::fixed_unknown: return "fixed_unknown";
    case Delivery::reshuffled_each_call: return "reshuffled_each_call";
  }
  return "unknown";
}

std::vector<Yardstick> read_yardsticks(const std::string& file) {
  std::ifstream in(file);
  if (!in) give_up("cannot read " + file);
  std::vector<Yardstick> all;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] >= '0' && line[0] <= '9') all.push_back(parse(line));
  }
  if (all.empty()) give_up(file + " holds no yardsticks");
  return all;
}

Laboratory::Laboratory(const Cell& cell, std::uint64_t seed) : cell_(cell), chance_(seed) {
  const std::set<Ordinal> bad = place(cell, chance_);
  bad_.assign(bad.begin(), bad.end());
  if (cell.delivery != Delivery::fixed_unknown) return;
  ranks_.resize(cell.messages);
  std::iota(ranks_.begin(), ranks_.end(), 0U);
  std::shuffle(ranks_.begin(), ranks_.end(), chance_);
}

BatchOutcome Laboratory::answer(const PlannedBatch& asked) {
  const std::vector<std::uint32_t> bad_at = places_of_bad(asked);
  BatchOutcome outcome;
  outcome.succeeded = bad_at.empty();
  if (outcome.succeeded) return outcome;
  switch (cell_.delivery) {
    case Delivery::table: outcome.settled = oldest_of(asked, keep(asked.size - 1 - bad_at.back())); break;
    case Delivery::fixed_unknown: outcome.settled = prefix_by_rank(asked, bad_at); break;
    case Delivery::reshuffled_each_call: outcome.settled = any_good(asked, bad_at); break;
  }
  return outcome;
}

/// Of so many messages before the bad one, those in whole buffers.
std::uint32_t Laboratory::keep(std::uint32_t before) {
  const std::uint32_t kept = cell_.window == 0 ? 0 : before / cell_.window * cell_.window;
  sent_again_ += before - kept;
  return kept;
}

/// Ascending, counted from the first of the list.
std::vector<std::uint32_t> Laboratory::places_of_bad(const PlannedBatch& asked) const {
  std::vector<std::uint32_t> places;
  std::uint32_t before = 0;
  for (const Interval& interval : asked.intervals) {
    for (auto bad = std::lower_bound(bad_.begin(), bad_.end(), interval.first);
         bad != bad_.end() && *bad - interval.first < interval.count; ++bad) {
      places.push_back(before + *bad - interval.first);
    }
    before += interval.count;
  }
  return places;
}

std::vector<Ordinal> Laboratory::prefix_by_rank(const PlannedBatch& asked, const std::vector<std::uint32_t>& bad_at) {
  std::vector<Ordinal> before = ordinals_of(asked);
  std::uint32_t first = UINT32_MAX;
  for (const std::uint32_t place : bad_at) first = std::min(first, ranks_[before[place]]);
  std::erase_if(before, [&](Ordinal ordinal) { return ranks_[ordinal] >= first; });
  const std::uint32_t kept = keep(static_cast<std::uint32_t>(before.size()));
  std::nth_element(before.begin(), before.begin() + kept, before.end(),
                   [&](Ordinal a, Ordinal b) { return ranks_[a] < ranks_[b]; });
  before.resize(kept);
  std::sort(before.begin(), before.end());
  return before;
}

/// How many messages of a shuffled list come before the first of the bad ones, by inversion of its distribution.
std::uint32_t Laboratory::before_first_of(std::uint32_t bad, std::uint32_t size) {
  const double luck = std::log(std::uniform_real_distribution<>(1e-300, 1)(chance_));
  const auto ways = [&](std::uint32_t places) { return std::lgamma(places + 1.0) - std::lgamma(places - bad + 1.0); };
  std::uint32_t low = 0;
  std::uint32_t high = size - bad;
  while (low < high) {
    const std::uint32_t middle = low + (high - low + 1) / 2;
    if (ways(size - middle) - ways(size) >= luck) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

std::vector<Ordinal> Laboratory::any_good(const PlannedBatch& asked, const std::vector<std::uint32_t>& bad_at) {
  std::uint32_t wanted = keep(before_first_of(static_cast<std::uint32_t>(bad_at.size()), asked.size));
  std::vector<Ordinal> taken;
  taken.reserve(wanted);
  std::uint64_t left = asked.size - bad_at.size();
  std::uint32_t place = 0;
  auto bad = bad_at.begin();
  for (const Interval& interval : asked.intervals) {
    for (std::uint32_t i = 0; i < interval.count && wanted > 0; ++i, ++place) {
      if (bad != bad_at.end() && *bad == place) {
        ++bad;
      } else if (chance_() % left-- < wanted) {
        taken.push_back(interval.first + i);
        --wanted;
      }
    }
  }
  return taken;
}

Measured measure(const Cell& cell, IsolationMethod method, std::uint32_t worlds, double bytes_per_call) {
  Measured sum;
  const std::vector<std::uint64_t> alike(SizeProfile::samples_of(cell.messages), kMessageBytes);
  const SizeProfile sizes(cell.messages, alike);
  for (std::uint32_t world = 1; world <= worlds; ++world) {
    Laboratory laboratory(cell, world);
    const auto planner = make_planner(method, cell.messages, {}, Rest::first);
    if (std::isfinite(bytes_per_call)) planner->weigh_bytes(sizes, bytes_per_call, cell.window > 0);
    std::uint64_t calls = 0;
    std::uint64_t settled = 0;
    std::uint64_t found = 0;
    while (const auto batch = planner->next(cell.messages)) {
      ++calls;
      const BatchOutcome outcome = laboratory.answer(*batch);
      const bool condemned = !outcome.succeeded && batch->size == 1;
      found += condemned ? 1 : 0;
      settled += outcome.succeeded || condemned ? batch->size : outcome.settled.size();
      planner->feed(outcome);
    }
    if (found != cell.bad || settled != cell.messages) give_up("the planner lost a message, or asked for one twice");
    sum.calls += static_cast<double>(calls) / worlds;
    sum.sent_again += static_cast<double>(laboratory.sent_again()) / cell.messages / worlds;
  }
  return sum;
}

}  // namespace mapisync::bench
