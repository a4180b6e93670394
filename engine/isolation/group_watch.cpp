#include "engine/isolation/group_watch.h"

#include <algorithm>
#include <utility>

namespace mapisync {

namespace {

bool holds(const PlannedBatch& batch, Ordinal ordinal) {
  return std::any_of(batch.intervals.begin(), batch.intervals.end(), [&](const Interval& interval) {
    return ordinal >= interval.first && ordinal - interval.first < interval.count;
  });
}

}  // namespace

void GroupWatch::failed(FailedGroup group) {
  explained(group.batch);
  if (groups_.size() < kGroupsMax) groups_.push_back(std::move(group));
}

void GroupWatch::explained(Ordinal ordinal) {
  std::erase_if(groups_, [&](const FailedGroup& group) { return holds(group.batch, ordinal); });
}

void GroupWatch::explained(const PlannedBatch& batch) {
  if (!batch.intervals.empty()) explained(batch.intervals.front().first);
}

}  // namespace mapisync
