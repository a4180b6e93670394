// Batches that failed as a whole, until one of their messages explains it. What is left at the end failed only
// together. Pure.
#pragma once

#include <vector>

#include "engine/base/failure.h"
#include "engine/isolation/place.h"
#include "engine/isolation/planner.h"
#include "engine/ports/exporter.h"

namespace mapisync {

struct FailedGroup {
  PlannedBatch batch;
  std::vector<SelectiveItem> items;  // empty: too many to be worth another export
  Errc code{Errc::ok};
  Place place{};
};

class GroupWatch {
 public:
  static constexpr std::size_t kItemsMax = 100;

  /// Takes the place of the groups around it: the smallest one that fails is what has to be explained.
  void failed(FailedGroup group);
  /// This message fails alone.
  void explained(Ordinal ordinal);
  void explained(const PlannedBatch& batch);
  std::vector<FailedGroup> take() { return std::move(groups_); }

 private:
  static constexpr std::size_t kGroupsMax = 1'000;  // further ones go untold
  std::vector<FailedGroup> groups_;
};

}  // namespace mapisync
