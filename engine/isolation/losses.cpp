#include "engine/isolation/losses.h"

#include <algorithm>
#include <utility>

#include "engine/isolation/ordinal_set.h"

namespace mapisync {

namespace {

constexpr std::size_t kAloneMax = 1'000;  // rows of suspects in memory at a time

/// What a pass was lost at is by now among what is pending: from here on passes are free of it.
void name_the_pending(FolderWork& work, const Worklist& list) {
  std::vector<PendingId> ids = list.planned;
  ids.insert(ids.end(), list.alone_ids.begin(), list.alone_ids.end());
  work.lost.replace_everything(Place::of(ids));
}

Result<bool> left_at(FolderWork& work, const Worklist& list, const Place& place) {
  if (!place.key().empty()) {
    MAPISYNC_TRY(unsettled, work.run.env.store.unsettled_row(work.id(), place.key()));
    if (unsettled) return true;
    MAPISYNC_TRY(ledger, work.run.env.store.ledger_row(work.id(), place.key()));
    return ledger.has_value();  // it failed as a control
  }
  const auto holds = [&](PendingId id) { return place.holds(id); };
  return std::any_of(list.planned.begin(), list.planned.end(), holds) ||
         std::any_of(list.alone_ids.begin(), list.alone_ids.end(), holds);
}

void begun_first(const LostPlaces& lost, std::deque<UnsettledRow>& alone) {
  for (const LostPlace& place : lost.all()) {
    const auto found =
        std::find_if(alone.begin(), alone.end(), [&](const auto& row) { return row.row.source_key == place.begun; });
    if (place.begun.empty() || found == alone.end()) continue;
    UnsettledRow row = std::move(*found);
    alone.erase(found);
    alone.push_front(std::move(row));
  }
}

}  // namespace

Result<void> put_aside_killers(FolderWork& work, Judge& judge) {
  const std::vector<LostPlace> places = work.lost.all();
  for (const LostPlace& lost : places) {
    if (lost.process == 0 || lost.place.key().empty()) continue;
    MAPISYNC_TRY(row, work.run.env.store.unsettled_row(work.id(), lost.place.key()));
    if (!row) continue;
    const bool fresh = row->cls == UnsettledClass::pending;
    if (fresh && lost.process < 2) continue;
    MAPISYNC_TRYV(judge.put_aside(std::move(*row)));
  }
  return success();
}

Result<void> forget_settled_places(FolderWork& work, const Worklist& list) {
  if (work.lost.empty()) return success();
  name_the_pending(work, list);
  std::vector<Place> gone;
  for (const LostPlace& lost : work.lost.all()) {
    MAPISYNC_TRY(left, left_at(work, list, lost.place));
    if (!left) gone.push_back(lost.place);
  }
  work.lost.prune([&](const LostPlace& lost) { return std::find(gone.begin(), gone.end(), lost.place) == gone.end(); });
  return success();
}

Result<std::uint64_t> single_out_suspects(FolderWork& work, Worklist& list, const Judge& judge, SelectiveCalls& calls) {
  std::erase_if(list.alone, [&](const UnsettledRow& row) { return judge.waits_for(row.row.source_key); });
  if (!work.lost.blocked()) return std::uint64_t{0};
  std::vector<PendingId> others;
  std::vector<PendingId> suspects;
  for (const PendingId id : list.planned) (work.lost.suspects(id) ? suspects : others).push_back(id);
  list.planned = std::move(others);
  const std::size_t now = std::min(suspects.size(), kAloneMax);
  for (std::size_t i = 0; i < now; ++i) {
    MAPISYNC_TRY(rows, work.run.env.store.pending_rows(work.id(), std::span(&suspects[i], 1)));
    if (rows.empty()) continue;
    calls.know(rows.front().row.source_key, suspects[i]);
    list.alone.push_back(std::move(rows.front()));
  }
  begun_first(work.lost, list.alone);
  return std::uint64_t{suspects.size() - now};
}

namespace {

/// Part of it is known to fail: that is looked into first, or else a search over many runs begins anew in each.
bool narrowed(const OrdinalSet& group, const std::vector<PlannedBatch>& frontier) {
  return std::any_of(frontier.begin(), frontier.end(), [&](const PlannedBatch& known) {
    const auto within = OrdinalSet(known).ordinals();
    return within.size() < group.size() &&
           std::all_of(within.begin(), within.end(), [&](Ordinal ordinal) { return group.contains(ordinal); });
  });
}

}  // namespace

std::vector<PlannedBatch> known_failing(const LostPlaces& lost, const std::vector<PendingId>& ids,
                                        const std::vector<PlannedBatch>& frontier) {
  if (lost.empty()) return frontier;
  std::vector<PlannedBatch> groups;
  std::vector<bool> taken(ids.size(), false);
  std::vector<Ordinal> all_taken;
  for (const LostPlace& place : lost.all()) {
    OrdinalSet group;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!taken[i] && place.place.holds(ids[i])) group.add(OrdinalSet(static_cast<Ordinal>(i), 1));
    }
    if (group.empty() || narrowed(group, frontier)) continue;
    for (const Ordinal ordinal : group.ordinals()) taken[ordinal] = true;
    groups.push_back(group.batch());
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (taken[i]) all_taken.push_back(static_cast<Ordinal>(i));
  }
  for (const PlannedBatch& group : frontier) {
    OrdinalSet rest(group);
    rest.erase(all_taken);
    if (!rest.empty()) groups.push_back(rest.batch());
  }
  return groups;
}

}  // namespace mapisync
