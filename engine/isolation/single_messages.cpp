#include "engine/isolation/single_messages.h"

#include <algorithm>
#include <utility>

#include "engine/folder_commit.h"

namespace mapisync {

namespace {

bool brought(const ExportOutcome& outcome, const SourceKey& key) {
  return std::find(outcome.delivered.begin(), outcome.delivered.end(), key) != outcome.delivered.end();
}

/// The call said that the id means nothing to it: gone, or an id in the wrong form.
bool says_absent(const Failure& failure) {
  const Errc code = failure.errc();
  return code == Errc::not_found || code == Errc::object_deleted || code == Errc::invalid_entry_id;
}

Failure not_delivered() {
  return fail(Errc::missing_delivery, Scope::message, Retry::on_change, "exported without error, but not delivered");
}

}  // namespace

SelectiveItem item_of(const UnsettledRow& row) { return {row.row.ref, row.row.source_key}; }

Result<void> SingleMessages::try_next_alone() {
  UnsettledRow row = std::move(list_.alone.front());
  list_.alone.pop_front();
  // Strikes of an earlier run count only with a control since; without one it waits for it.
  if (row.evidence.strikes > row.evidence.controls && waited_.insert(row.row.source_key).second) {
    judge_.await_control(std::move(row));
    return success();
  }
  return try_alone(std::move(row));
}

Result<void> SingleMessages::try_alone(UnsettledRow row) {
  MAPISYNC_TRY(outcome, calls_.export_one(item_of(row)));
  if (outcome.interrupted || !outcome.reached) {
    list_.alone.push_front(std::move(row));
    ++list_.alone_share;
    if (!outcome.reached) calls_.connection_trouble(*outcome.failure);
    return success();
  }
  if (brought(outcome, row.row.source_key)) {
    judge_.acquit(row);
    if (outcome.failure) calls_.after_failure(*outcome.failure, true);
    return success();
  }
  if (outcome.done) return missed(std::move(row));
  MAPISYNC_TRYV(failed_alone(std::move(row), outcome));
  calls_.after_failure(*outcome.failure, false);
  return success();
}

Result<void> SingleMessages::failed_alone(UnsettledRow row, const ExportOutcome& outcome) {
  const Failure& failure = *outcome.failure;
  if (says_absent(failure)) {
    MAPISYNC_TRY(away, gone(row.row.source_key, row.row.ref));
    if (away) return success();
  }
  return judge_.strike(std::move(row), failure, outcome.server_lost);
}

Result<void> SingleMessages::missed(UnsettledRow row) {
  MAPISYNC_TRY(away, gone(row.row.source_key, row.row.ref));
  if (away) return success();
  return judge_.strike(std::move(row), not_delivered());
}

/// Looks again; what is gone is recorded as gone.
Result<bool> SingleMessages::gone(const SourceKey& key, const MessageRef& ref) {
  MAPISYNC_TRY(presence, calls_.look_again(key, ref));
  if (presence != Presence::absent) return false;
  MAPISYNC_TRYV(vanished(key));
  return true;
}

Result<void> SingleMessages::vanished(const SourceKey& key) {
  MAPISYNC_TRY(commit, FolderCommit::begin(work_));
  MAPISYNC_TRYV(commit->remove(key, DeletionKind::hard, EventKind::vanished));
  return commit->commit();
}

Result<void> SingleMessages::retry_next() {
  UnsettledRow row = std::move(list_.retries.front());
  list_.retries.pop_front();
  return retry(std::move(row));
}

Result<void> SingleMessages::retry(UnsettledRow row) {
  if (row.cls == UnsettledClass::suspected) {
    if (!Judge::half_judged(row)) return try_alone(std::move(row));
    judge_.await_control(std::move(row));
    return success();
  }
  const bool struck = row.cls == UnsettledClass::refused && row.evidence.kind != TroubleKind::importer_rejected;
  if (struck && row.evidence.strikes > row.evidence.controls && waited_.insert(row.row.source_key).second) {
    judge_.await_control(std::move(row));  // as in try_next_alone
    return success();
  }
  MAPISYNC_TRY(outcome, calls_.export_one(item_of(row)));
  if (outcome.interrupted) return success();
  if (!outcome.reached) {
    calls_.connection_trouble(*outcome.failure);
    return success();
  }
  if (brought(outcome, row.row.source_key)) return success();
  if (outcome.done || says_absent(*outcome.failure)) {
    MAPISYNC_TRY(away, gone(row.row.source_key, row.row.ref));
    if (away) return success();
  }
  const bool early = row.next_retry && *row.next_retry > run_.env.clock.now() && !run_.options.retry_all_now;
  if (!early && row.cls == UnsettledClass::refused) {  // nobody has to want it any more: it does not even export
    if (row.evidence.kind == TroubleKind::importer_rejected) row.evidence = {};  // else strikes of an earlier run
    MAPISYNC_TRYV(
        judge_.strike(std::move(row), outcome.failure ? *outcome.failure : not_delivered(), outcome.server_lost));
  } else if (!early) {  // asked early: as it was
    MAPISYNC_TRYV(judge_.keep_condemned(std::move(row), outcome.failure ? *outcome.failure : not_delivered(),
                                        outcome.server_lost));
  }
  calls_.after_failure(outcome.failure ? *outcome.failure : not_delivered(), false);
  return success();
}

Result<void> SingleMessages::ask_hidden() {
  const SourceKey key = std::move(list_.hidden.front());
  list_.hidden.pop_front();
  MAPISYNC_TRYV(ask(key));
  if (!run_.stopped()) asked_ = key;
  return success();
}

Result<void> SingleMessages::ask(const SourceKey& key) {
  MAPISYNC_TRY(unsettled, run_.env.store.unsettled_row(work_.id(), key));
  if (unsettled) {
    if (unsettled->cls == UnsettledClass::pending) return success();  // asked for by the planner
    if (!may_be_retried(work_, *unsettled)) return success();
    return retry(std::move(*unsettled));
  }
  MAPISYNC_TRY(ledger, run_.env.store.ledger_row(work_.id(), key));
  if (!ledger || ledger->held) return success();
  return ask_healthy(*ledger);
}

Result<void> SingleMessages::ask_healthy(const LedgerRow& row) {
  MAPISYNC_TRY(outcome, calls_.export_one({row.ref, row.key}));
  if (outcome.interrupted) return success();
  if (!outcome.reached) {
    calls_.connection_trouble(*outcome.failure);
    return success();
  }
  if (brought(outcome, row.key)) return success();
  MAPISYNC_TRY(away, gone(row.key, row.ref));
  if (away || outcome.done) return success();
  UnsettledRow suspect;  // it was healthy and fails now: at a version that nobody has told us
  suspect.row.ref = row.ref;
  suspect.row.source_key = row.key;
  suspect.row.associated = row.associated;
  suspect.row.size = row.size;
  MAPISYNC_TRYV(judge_.strike(std::move(suspect), *outcome.failure, outcome.server_lost));
  calls_.after_failure(*outcome.failure, false);
  return success();
}

}  // namespace mapisync
