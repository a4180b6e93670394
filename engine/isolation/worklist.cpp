#include "engine/isolation/worklist.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/isolation/frontier.h"
#include "engine/isolation/judge.h"

namespace mapisync {

namespace {

constexpr std::size_t kRetriesMax = 100'000;

}  // namespace

bool may_be_retried(const FolderWork& work, const UnsettledRow& row) {
  return row.evidence.stage != kServerLostStage || work.run.options.allow_disruptive;
}

/// Those with an earlier verdict (or strikes) come first in the store's order.
Result<void> load_pending(const FolderWork& work, Worklist& list) {
  MAPISYNC_TRY(ids, work.run.env.store.pending_ids(work.id()));
  std::size_t alone = 0;
  for (bool more = true; more && alone < ids.size();) {
    const std::size_t end = std::min(ids.size(), alone + kRowsPerPage);
    MAPISYNC_TRY(rows, work.run.env.store.pending_rows(work.id(), std::span(ids).subspan(alone, end - alone)));
    for (UnsettledRow& row : rows) {
      if (!row.had_verdict) {
        more = false;
        break;
      }
      list.alone.push_back(std::move(row));
      ++alone;
    }
    if (rows.empty()) break;
  }
  list.alone_ids.assign(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(alone));
  list.planned.assign(ids.begin() + static_cast<std::ptrdiff_t>(alone), ids.end());
  return success();
}

namespace {

Result<void> load_retries(const FolderWork& work, Worklist& list) {
  const SyncRun& run = work.run;
  const Timestamp now = run.env.clock.now();
  for (const UnsettledClass cls : {UnsettledClass::suspected, UnsettledClass::quarantined, UnsettledClass::refused}) {
    SourceKey after;
    while (true) {
      MAPISYNC_TRY(page, run.env.store.unsettled_page(work.id(), cls, after, kRowsPerPage));
      if (page.empty()) break;
      after = page.back().row.source_key;
      for (UnsettledRow& row : page) {
        const bool due = run.options.retry_all_now || !row.next_retry || *row.next_retry <= now;
        // Asked in this round already, and nothing that could serve as a control.
        const bool asked = cls == UnsettledClass::suspected && run.budget.limited() && row.next_retry &&
                           row.run >= run.round_start && !run.options.retry_all_now;
        const bool wanted = due && !asked && !(Judge::strikes_put_off(row) && row.run == run.id);
        if (wanted && may_be_retried(work, row) && list.retries.size() < kRetriesMax) {
          list.retries.push_back(std::move(row));
        }
      }
    }
  }
  return success();
}

/// A restriction hides what happens to messages, healthy ones too. Those that are due are asked as such.
void load_hidden(const FolderWork& work, Worklist& list) {
  const SourceKey from = work.run.budget.limited() ? asked_through(work.checkpoint.frontier) : SourceKey();
  std::set<SourceKey> due;
  for (const UnsettledRow& row : list.retries) due.insert(row.row.source_key);
  for (const SourceKey& key : work.checkpoint.excluded) {
    if ((from.empty() || from < key) && !due.contains(key)) list.hidden.push_back(key);
  }
}

}  // namespace

Result<SizeProfile> sample_sizes(const FolderWork& work, std::span<const PendingId> planned) {
  const auto candidates = static_cast<std::uint32_t>(planned.size());
  std::vector<PendingId> ids;
  for (std::uint32_t i = 0; i < SizeProfile::samples_of(candidates); ++i) {
    ids.push_back(planned[SizeProfile::ordinal_of(i, candidates)]);
  }
  MAPISYNC_TRY(rows, work.run.env.store.pending_rows(work.id(), ids));
  std::vector<std::uint64_t> sizes;
  sizes.reserve(rows.size());
  for (const UnsettledRow& row : rows) sizes.push_back(row.row.size.value_or(0));
  return SizeProfile(candidates, sizes);
}

Result<Worklist> load_worklist(const FolderWork& work) {
  Worklist list;
  MAPISYNC_TRYV(load_pending(work, list));
  MAPISYNC_TRYV(load_retries(work, list));
  load_hidden(work, list);
  return list;
}

}  // namespace mapisync
