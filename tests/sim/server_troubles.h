// The server of a history with whatever lasting troubles it has at the moment. A value.
#pragma once

#include <vector>

#include "tests/sim/history.h"

namespace mapisync::sim {

class ServerTroubles {
 public:
  explicit ServerTroubles(fake::FaultPlan well) : well_(std::move(well)) {}
  /// One of the steps that last: outage, noise, refuse_states, cut_short, row_fault, calm.
  void take(const Step& step);
  void end() { troubles_.clear(); }
  bool any() const noexcept { return !troubles_.empty(); }
  fake::FaultPlan plan() const;

  static bool has_no_fence(const fake::ServerProfile& server) {
    return server.catch_up == CatchUp::none && server.composed_state != Known::yes && server.restriction != Known::yes;
  }

 private:
  fake::FaultPlan well_;
  std::vector<Step> troubles_;
};

}  // namespace mapisync::sim
