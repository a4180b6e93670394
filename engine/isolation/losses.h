// What it means for an isolation that the server or this process was lost in a call: who is asked for alone, who is
// left alone, and which groups are known to fail.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/isolation/judge.h"
#include "engine/isolation/planner.h"
#include "engine/isolation/selective_calls.h"
#include "engine/isolation/worklist.h"
#include "engine/sync_run.h"

namespace mapisync {

/// Before the worklist is loaded: a message that, asked for alone, took this process with it is not asked for at once
/// again.
Result<void> put_aside_killers(FolderWork& work, Judge& judge);

/// After it is loaded: what a pass was lost at is what is pending now, and places of which nothing is left to be asked
/// for are forgotten.
Result<void> forget_settled_places(FolderWork& work, const Worklist& list);

/// Where going on is allowed: whom the loss of the server may be due to is asked for alone, who had been begun first.
/// How many more of them there are than this run asks for before it looks again; nobody plans these.
Result<std::uint64_t> single_out_suspects(FolderWork& work, Worklist& list, const Judge& judge, SelectiveCalls& calls);

/// Groups known to fail: those in which somebody was lost, unless part of one is in `frontier` by itself, and what is
/// left of `frontier`. Disjoint.
std::vector<PlannedBatch> known_failing(const LostPlaces& lost, const std::vector<PendingId>& ids,
                                        const std::vector<PlannedBatch>& frontier);

}  // namespace mapisync
