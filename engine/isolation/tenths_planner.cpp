#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/isolation/planner.h"

namespace mapisync {

namespace {

std::uint32_t tenth_of(std::uint32_t size) { return (size + 9) / 10; }

/// `from` less the ordinals in `settled` (ascending).
PlannedBatch without(const PlannedBatch& from, const std::vector<Ordinal>& settled) {
  PlannedBatch rest;
  auto gone = settled.begin();
  for (const Interval& interval : from.intervals) {
    Ordinal start = interval.first;
    const Ordinal end = interval.first + interval.count;
    while (gone != settled.end() && *gone < start) ++gone;
    while (gone != settled.end() && *gone < end) {
      if (*gone > start) rest.intervals.push_back({start, *gone - start});
      start = *gone + 1;
      ++gone;
    }
    if (start < end) rest.intervals.push_back({start, end - start});
  }
  for (const Interval& interval : rest.intervals) rest.size += interval.count;
  return rest;
}

/// The first `size` ordinals of `group`, which keeps the others.
PlannedBatch cut(PlannedBatch& group, std::uint32_t size) {
  PlannedBatch piece;
  PlannedBatch rest;
  for (const Interval& interval : group.intervals) {
    const std::uint32_t take = std::min(interval.count, size - piece.size);
    if (take > 0) {
      piece.intervals.push_back({interval.first, take});
      piece.size += take;
    }
    if (take < interval.count) {
      rest.intervals.push_back({interval.first + take, interval.count - take});
      rest.size += interval.count - take;
    }
  }
  group = std::move(rest);
  return piece;
}

class TenthsPlanner final : public Planner {
 public:
  TenthsPlanner(std::uint32_t candidates, std::vector<PlannedBatch> failing, Rest place) : remaining_(candidates) {
    PlannedBatch all;
    if (candidates > 0) all.intervals.push_back({0, candidates});
    all.size = candidates;
    std::vector<Ordinal> claimed;
    for (const PlannedBatch& group : failing) {
      for (const Interval& interval : group.intervals) {
        for (std::uint32_t i = 0; i < interval.count; ++i) claimed.push_back(interval.first + i);
      }
    }
    std::sort(claimed.begin(), claimed.end());
    PlannedBatch rest = without(all, claimed);
    if (place == Rest::failing) push(rest, tenth_of(candidates), true);
    if (place == Rest::last) push(rest, rest.size, false);
    for (auto group = failing.rbegin(); group != failing.rend(); ++group) split(std::move(*group));
    if (place == Rest::first) push(rest, rest.size, false);
  }

  std::optional<PlannedBatch> next(std::uint32_t list_max) override {
    MAPISYNC_CHECK(!asked_);
    if (groups_.empty()) return std::nullopt;
    Group& top = groups_.back();
    const std::uint32_t size = std::min({top.piece, std::max(list_max, 1U), top.ordinals.size});
    asked_ = Asked{cut(top.ordinals, size), top.failing};
    if (top.ordinals.size == 0) groups_.pop_back();
    return asked_->batch;
  }

  void feed(const BatchOutcome& outcome) override {
    MAPISYNC_CHECK(asked_.has_value());
    PlannedBatch rest = without(asked_->batch, outcome.settled);
    const bool single = asked_->batch.size == 1;
    remaining_ -= asked_->batch.size;
    asked_.reset();
    if (outcome.succeeded || single || rest.size == 0) return;
    remaining_ += rest.size;
    split(std::move(rest));
  }

  void repeat(const BatchOutcome& outcome) override {
    MAPISYNC_CHECK(asked_.has_value());
    PlannedBatch rest = without(asked_->batch, outcome.settled);
    remaining_ -= asked_->batch.size - rest.size;
    const bool failing = asked_->failing;
    asked_.reset();
    const std::uint32_t piece = rest.size;
    push(std::move(rest), piece, failing);
  }

  std::vector<PlannedBatch> failing_groups() const override {
    std::vector<PlannedBatch> groups;
    for (auto group = groups_.rbegin(); group != groups_.rend(); ++group) {
      if (group->failing) groups.push_back(group->ordinals);
    }
    return groups;
  }

  std::uint64_t remaining() const override { return remaining_; }

 private:
  /// Ordinals asked for in pieces of `piece`.
  struct Group {
    PlannedBatch ordinals;
    std::uint32_t piece{1};
    bool failing{false};
  };
  struct Asked {
    PlannedBatch batch;
    bool failing{false};
  };

  void push(PlannedBatch group, std::uint32_t piece, bool failing) {
    if (group.size > 0) groups_.push_back({std::move(group), piece, failing});
  }

  void split(PlannedBatch group) {
    const std::uint32_t piece = tenth_of(group.size);
    push(std::move(group), piece, true);
  }

  std::vector<Group> groups_;  // a stack: what failed last is looked into first
  std::optional<Asked> asked_;
  std::uint64_t remaining_{0};
};

}  // namespace

std::unique_ptr<Planner> tenths_planner(std::uint32_t candidates, std::vector<PlannedBatch> failing, Rest rest) {
  return std::make_unique<TenthsPlanner>(candidates, std::move(failing), rest);
}

}  // namespace mapisync
