#include "engine/fence.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/adoption/adopt_folder.h"
#include "engine/export_driver.h"
#include "engine/folder_commit.h"
#include "engine/isolation/write_ahead.h"
#include "engine/known_trouble.h"
#include "engine/pass.h"

namespace mapisync {

namespace {

Result<FolderCounters> read_counters(FolderWork& work) {
  MAPISYNC_TRY(folder, work.opener.open());
  return folder->counters();
}

/// Counters that could not be read never equal anything: a table is read that might have been saved.
FolderCounters counters_or_none(FolderWork& work) {
  auto counters = read_counters(work);
  if (counters) return counters.value();
  if (loses_session(counters.error())) work.opener.lose_session();
  return {};
}

/// One catch-up export; no message is wanted, but an "expensive" server reads (and trips over) them all the same.
Result<std::optional<SyncState>> catch_up_from(FolderWork& work, const SyncState& from) {
  ExportRequest request;
  request.config.state = from;
  request.config.flags = pass_flags(work.checkpoint) | sync_flag::kCatchUp;
  request.keep_state = true;
  request.discard = true;
  MAPISYNC_TRY(outcome, drive_export(work, work.opener, request));
  if (outcome.done && outcome.state) {
    work.run.capabilities.catch_up = outcome.messages == 0 ? CatchUp::free : CatchUp::expensive;
    return std::move(outcome.state);
  }
  if (outcome.failure) {
    const Errc code = outcome.failure->errc();
    // Where the server was lost before, it may come upon the same message here.
    MAPISYNC_TRY(server_lost, work.lost.empty() ? Result<bool>(false) : note_call(work, Place::everything(), outcome));
    if (code == Errc::unsupported || code == Errc::unknown_flags || code == Errc::invalid_argument) {
      work.run.capabilities.catch_up = CatchUp::none;
    } else if (server_lost || (code == Errc::corrupt_data && from.empty())) {
      work.run.capabilities.catch_up = CatchUp::expensive;
    }
  }
  return std::optional<SyncState>();
}

/// A state may be the culprit: then the one from nothing works.
Result<std::optional<SyncState>> catch_up(FolderWork& work) {
  const CatchUp known = work.run.capabilities.catch_up;
  if (known == CatchUp::none || known == CatchUp::expensive) return std::optional<SyncState>();
  MAPISYNC_TRY(first, catch_up_from(work, work.checkpoint.state));
  if (first || work.run.capabilities.catch_up == CatchUp::none) return std::move(first);
  if (!work.lost.empty()) return std::move(first);  // it may have been lost once more in this one
  return catch_up_from(work, {});
}

/// A state of exactly the rows that the table listed: what it missed is not in the state, and so not lost.
Result<std::optional<SyncState>> compose(FolderWork& work, Listing& listing) {
  if (work.run.capabilities.composed_state == Known::no) return std::optional<SyncState>();
  const auto unsupported = [&](const Failure& failure) {
    if (failure.errc() == Errc::unsupported) work.run.capabilities.composed_state = Known::no;
    if (loses_session(failure)) work.opener.lose_session();
    return std::optional<SyncState>();
  };
  auto folder = work.opener.open();
  if (!folder) return unsupported(folder.error());
  auto composer = folder.value()->compose_state();
  if (!composer) return unsupported(composer.error());
  SourceKey after;
  while (true) {
    MAPISYNC_TRY(page, listing.page(after, kRowsPerPage));
    if (page.empty()) break;
    after = page.back().row.source_key;
    std::vector<TableRow> rows;
    rows.reserve(page.size());
    for (Listing::Entry& entry : page) rows.push_back(std::move(entry.row));
    if (auto added = composer.value()->add(rows); !added) return unsupported(added.error());
  }
  auto state = composer.value()->finish();
  if (!state) return unsupported(state.error());
  work.run.capabilities.composed_state = Known::yes;
  return std::optional<SyncState>(std::move(state).value());
}

/// With or without a state: what the table says is settled either way.
Result<FenceOutcome> settle_with(FolderWork& work, TableRead read, std::optional<SyncState> state,
                                 const FolderCounters& counters, std::vector<SourceKey> excluded, bool whole = false) {
  SettleRequest request;
  request.reason = state ? SettleReason::fence : SettleReason::no_fence;
  request.state = std::move(state);
  request.excluded = std::move(excluded);
  request.counters = counters;
  request.whole = whole;
  request.adopted = work.checkpoint.adoption_due;
  if (request.adopted) MAPISYNC_TRYV(adopt_folder(work, *read.listing));
  FenceOutcome outcome;
  outcome.settled = true;
  outcome.fenced = request.state.has_value();
  MAPISYNC_TRY(settled, settle_table(work, std::move(read), request));
  outcome.certain = settled.certain;
  return outcome;
}

FenceOutcome failed(const Failure& failure) {
  FenceOutcome outcome;
  outcome.failure = failure;
  return outcome;
}

/// Every key that a pass cannot get past, sorted.
Result<std::vector<SourceKey>> condemned(FolderWork& work) {
  std::vector<SourceKey> keys = work.checkpoint.excluded;
  for (const UnsettledClass cls : {UnsettledClass::quarantined, UnsettledClass::suspected}) {
    SourceKey after;
    while (true) {
      MAPISYNC_TRY(page, work.run.env.store.unsettled_page(work.id(), cls, after, kRowsPerPage));
      if (page.empty()) break;
      after = page.back().row.source_key;
      for (const UnsettledRow& row : page) keys.push_back(row.row.source_key);
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

Result<void> remember_blocked(FolderWork& work, const Bytes& digest) {
  MAPISYNC_TRY(commit, FolderCommit::begin(work));
  Checkpoint next = work.checkpoint;
  next.blocked_by = digest;
  MAPISYNC_TRYV(commit->put_checkpoint(next));
  return commit->commit();
}

/// Without a fence the table difference is the checkpoint (design 5.7). After a whole read, the rows committed since
/// are enough, as long as the counters agree with what we then account for: equal counts and no deletion leave no room
/// for a message that the head does not show. Read states need not move a commit time: the sweep finds those.
bool head_may_do(const FolderWork& work, const FolderCounters& now) {
  const Checkpoint& last = work.checkpoint;
  return last.table_mode && !last.sweep_due && last.runs_since_sweep + 1 < work.run.options.sweep_every_runs &&
         now.complete() && last.counters.complete() && last.counters.deleted_total == now.deleted_total;
}

Result<bool> accounts_for(FolderWork& work, const FolderCounters& counters) {
  MAPISYNC_TRY(ledger, work.run.env.store.ledger_totals(work.id()));
  MAPISYNC_TRY(unsettled, work.run.env.store.unsettled_totals(work.id()));
  const Accounted ours = accounted(ledger, unsettled);
  return static_cast<std::uint64_t>(*counters.normal) == ours.normal &&
         static_cast<std::uint64_t>(*counters.associated) == ours.associated;
}

/// True: settled by the head alone. False: the whole table has to be read, whatever the head has told.
Result<bool> settle_by_head(FolderWork& work, const FolderCounters& counters) {
  const Timestamp last{std::chrono::microseconds(*work.checkpoint.counters.commit_time_max)};
  MAPISYNC_TRY(read, read_table_heads(work, last - work.run.options.head_margin));
  if (read.listing == nullptr) return false;
  if (counters_or_none(work) != counters) return false;  // it changed while it was read
  SettleRequest request;
  request.reason = SettleReason::head;
  request.counters = counters;
  MAPISYNC_TRYV(settle_table(work, std::move(read), request));
  return accounts_for(work, counters);
}

}  // namespace

Result<FenceOutcome> take_fence(FolderWork& work) {
  const FolderCounters counters = counters_or_none(work);
  std::optional<SyncState> state;
  if (work.run.capabilities.composed_state != Known::yes) {
    MAPISYNC_TRY(caught_up, catch_up(work));
    state = std::move(caught_up);
  }
  if (work.run.stopped())
    return failed(fail(Errc::cancelled, Scope::process, Retry::later, "before the table was read"));
  if (!state && work.run.capabilities.composed_state == Known::no && head_may_do(work, counters)) {
    MAPISYNC_TRY(settled, settle_by_head(work, counters));
    if (settled) {
      FenceOutcome outcome;
      outcome.settled = true;
      return outcome;
    }
  }
  MAPISYNC_TRY(read, read_tables(work));
  if (read.failure) return failed(*read.failure);
  if (!state) {
    MAPISYNC_TRY(composed, compose(work, *read.listing));
    state = std::move(composed);
  }
  return settle_with(work, std::move(read), std::move(state), counters, {});
}

Result<FenceOutcome> take_restricted_fence(FolderWork& work) {
  FenceOutcome nothing;
  if (work.run.capabilities.restriction == Known::no) return nothing;
  MAPISYNC_TRY(digest, trouble_digest(work));
  if (digest.empty() || digest == work.checkpoint.blocked_by) return nothing;
  FencePass restricted;
  MAPISYNC_TRY(keys, condemned(work));
  restricted.excluded = std::move(keys);
  const FolderCounters counters = counters_or_none(work);
  MAPISYNC_TRY(pass, run_pass(work, counters, &restricted));
  if (!pass.done) {
    if (pass.failure && pass.failure->errc() == Errc::unsupported) work.run.capabilities.restriction = Known::no;
    if (!pass.interrupted) MAPISYNC_TRYV(remember_blocked(work, digest));
    return nothing;
  }
  work.run.capabilities.restriction = Known::yes;
  MAPISYNC_TRY(read, read_tables(work));
  if (read.failure) return failed(*read.failure);
  return settle_with(work, std::move(read), std::move(restricted.state), counters, std::move(restricted.excluded));
}

Result<FenceOutcome> take_whole_pass(FolderWork& work) {
  FenceOutcome nothing;
  if (work.run.capabilities.selective_sync != Known::no) return nothing;
  MAPISYNC_TRY(digest, waiting_digest(work));
  const bool tried = digest == work.checkpoint.blocked_by && !work.run.options.retry_all_now;
  if (digest.empty() || tried) return nothing;
  nothing.unaffordable = work.run.budget.exhausted();
  if (nothing.unaffordable) return nothing;
  FencePass whole;
  whole.from_nothing = true;
  const FolderCounters counters = counters_or_none(work);
  MAPISYNC_TRY(pass, run_pass(work, counters, &whole));
  if (work.run.stopped())
    return failed(fail(Errc::cancelled, Scope::process, Retry::later, "before the table was read"));
  if (!pass.done) {
    MAPISYNC_TRY(left, waiting_digest(work));
    MAPISYNC_TRYV(remember_blocked(work, left));
    return nothing;
  }
  MAPISYNC_TRY(read, read_tables(work));
  if (read.failure) return failed(*read.failure);
  MAPISYNC_TRY(outcome, settle_with(work, std::move(read), std::move(whole.state), counters, {}, true));
  MAPISYNC_TRY(totals, work.run.env.store.unsettled_totals(work.id()));
  // What the sink wants later is asked for again in the next run.
  MAPISYNC_TRY(left, totals.pending > 0 ? Result<Bytes>(Bytes()) : waiting_digest(work));
  if (!left.empty()) MAPISYNC_TRYV(remember_blocked(work, left));
  return outcome;
}

}  // namespace mapisync
