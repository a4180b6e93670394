#include "engine/pass.h"

#include <algorithm>
#include <span>
#include <utility>

#include "engine/deletion_verifier.h"
#include "engine/delivery_intent.h"
#include "engine/export_driver.h"
#include "engine/folder_commit.h"
#include "engine/isolation/write_ahead.h"

namespace mapisync {

namespace {

ExportRequest pass_request(const FolderWork& work, const FencePass* fence_of) {
  ExportRequest request;
  if (fence_of == nullptr || !fence_of->from_nothing) request.config.state = work.checkpoint.state;
  request.config.flags = pass_flags(work.checkpoint);
  request.config.excluded = fence_of != nullptr ? fence_of->excluded : work.checkpoint.excluded;
  // Under a restriction the excluded ones would come back as soft deletions.
  if (!request.config.excluded.empty()) request.config.flags |= sync_flag::kNoSoftDeletions;
  request.route = Route::pass;
  request.keep_state = true;
  request.leave_rest = true;
  request.commit_states = fence_of == nullptr && work.run.capabilities.composed_state == Known::yes;
  return request;
}

/// Rows whose deletion nobody would report: the server disowned them, or no state is known to know them.
Result<std::vector<DeletionClaim>> uncovered(FolderWork& work, Coverage coverage, std::size_t most) {
  std::vector<DeletionClaim> rows;
  SourceKey after;
  while (rows.size() < most) {
    MAPISYNC_TRY(page, work.run.env.store.ledger_page(work.id(), coverage, after, kRowsPerPage));
    if (page.empty()) break;
    after = page.back().key;
    for (const LedgerRow& row : page) {
      if (!row.held) rows.push_back({row.key, DeletionKind::hard});
    }
  }
  return rows;
}

class PassCommit {
 public:
  PassCommit(FolderWork& work, ExportOutcome outcome, const FolderCounters& counters, FencePass* fence_of)
      : work_(work), outcome_(std::move(outcome)), counters_(counters), fence_of_(fence_of) {}

  /// After S_OK: messages first, since a claim may concern one that has just arrived.
  Result<std::uint64_t> commit() {
    MAPISYNC_TRYV(commit_rest());
    std::vector<DeletionClaim> claims = reported_claims();
    const std::size_t reported = claims.size();
    MAPISYNC_TRYV(add_uncovered(claims));
    std::vector<SourceKey> reported_keys;
    for (std::size_t i = 0; i < reported; ++i) reported_keys.push_back(claims[i].key);
    std::sort(reported_keys.begin(), reported_keys.end());
    MAPISYNC_TRY(verified, verify_deletions(work_, std::move(claims)));

    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    std::uint64_t claims_false = 0;
    for (const SourceKey& key : verified.alive) {
      const bool was_reported = std::binary_search(reported_keys.begin(), reported_keys.end(), key);
      if (was_reported) ++claims_false;
      MAPISYNC_TRYV(settle_alive(*commit, key, was_reported));
    }
    for (const SourceKey& key : verified.unknown) {
      MAPISYNC_TRY(standing, commit->standing(key));
      if (standing.ledger) MAPISYNC_TRYV(commit->set_coverage(key, Coverage::disowned));
    }
    MAPISYNC_TRYV(apply_deletions(work_, *commit, verified.gone));
    MAPISYNC_TRYV(apply_read_states(*commit));
    MAPISYNC_TRYV(note_errors(*commit));
    MAPISYNC_TRYV(commit_state(*commit));
    MAPISYNC_TRYV(commit->commit());
    return claims_false;
  }

  std::uint64_t repeated() const noexcept { return repeated_; }

 private:
  Result<void> commit_rest() {
    std::size_t next = 0;
    while (next < outcome_.rest.size()) {
      const std::size_t batch =
          std::min<std::size_t>(outcome_.rest.size() - next, work_.run.options.batch_messages_max);
      MAPISYNC_TRYV(note_intent(work_, std::span(outcome_.rest).subspan(next, batch)));
      MAPISYNC_TRY(commit, FolderCommit::begin(work_));
      for (const std::size_t end = next + batch; next < end; ++next)
        MAPISYNC_TRYV(commit->deliver(outcome_.rest[next], Route::pass));
      const bool from_state = fence_of_ == nullptr || !fence_of_->from_nothing;
      if (from_state && !work_.checkpoint.state.empty()) repeated_ += commit->repeated();
      MAPISYNC_TRYV(commit->commit());
    }
    outcome_.rest.clear();
    return success();
  }

  /// Claims about what the restriction leaves out say nothing: those keys are asked about singly.
  std::vector<DeletionClaim> reported_claims() {
    std::vector<SourceKey> excluded = fence_of_ != nullptr ? fence_of_->excluded : work_.checkpoint.excluded;
    std::sort(excluded.begin(), excluded.end());
    std::vector<DeletionClaim> claims = std::move(outcome_.deletions);
    std::erase_if(claims, [&](const DeletionClaim& claim) {
      return std::binary_search(excluded.begin(), excluded.end(), claim.key);
    });
    return claims;
  }

  /// Where a sweep follows, it decides the unproven ones by one table read.
  Result<void> add_uncovered(std::vector<DeletionClaim>& claims) {
    const std::size_t most = 1'000'000;
    MAPISYNC_TRY(disowned, uncovered(work_, Coverage::disowned, most));
    claims.insert(claims.end(), disowned.begin(), disowned.end());
    if (work_.checkpoint.sweep_due || fence_of_ != nullptr) return success();
    MAPISYNC_TRY(unproven, uncovered(work_, Coverage::unproven, most));
    claims.insert(claims.end(), unproven.begin(), unproven.end());
    return success();
  }

  Result<void> settle_alive(FolderCommit& commit, const SourceKey& key, bool was_reported) {
    MAPISYNC_TRY(standing, commit.standing(key));
    if (was_reported) {
      // The server has dropped it from the state: it will not report the real deletion either.
      MAPISYNC_TRYV(
          commit.finding(FindingKind::false_deletion, key, Errc::ok, "reported deleted, but it is still there"));
      return standing.ledger ? commit.set_coverage(key, Coverage::disowned) : Result<void>(success());
    }
    if (standing.ledger && standing.ledger->coverage == Coverage::unproven) {
      return commit.set_coverage(key, Coverage::covered);  // it was there before this S_OK, and still is
    }
    return success();
  }

  Result<void> apply_read_states(FolderCommit& commit) {
    for (const ReadStateChange& change : outcome_.read_states) {
      MAPISYNC_TRY(standing, commit.standing(change.key));
      if (standing.ledger && standing.ledger->read != change.read) {
        MAPISYNC_TRYV(commit.set_read(change.key, change.read));
      }
    }
    return success();
  }

  /// A message that the server names as bad in a run that ends well: pending, with one strike and this run as control.
  Result<void> note_errors(FolderCommit& commit) {
    for (const MessageError& error : outcome_.errors) {
      if (error.key.empty()) {
        MAPISYNC_TRYV(commit.finding(FindingKind::row_unreadable, std::nullopt, error.failure.errc(),
                                     "the server names an error without naming the message"));
        continue;
      }
      MAPISYNC_TRY(before, commit.standing(error.key));
      if (before.unsettled && before.unsettled->cls != UnsettledClass::pending) continue;
      UnsettledRow row;
      if (before.unsettled) row = *before.unsettled;
      if (error.listed) row.row = *error.listed;
      row.row.source_key = error.key;
      if (row.row.ref.empty() && before.ledger) row.row.ref = before.ledger->ref;
      row.evidence.code = error.failure.errc();
      row.evidence.raw_code = error.failure.raw_code;
      row.evidence.stage = "synchronize";
      row.evidence.strikes = 1;
      row.evidence.controls = 1;
      row.run = work_.run.id;
      MAPISYNC_TRYV(commit.put_unsettled(before, std::move(row)));
    }
    return success();
  }

  Result<void> commit_state(FolderCommit& commit) {
    if (fence_of_ != nullptr) {
      fence_of_->state = std::move(outcome_.state);
      return commit.move_coverage(Coverage::arriving, Coverage::unproven);  // the table read of the fence decides
    }
    Checkpoint next = work_.checkpoint;
    next.flags = pass_flags(next);
    next.state = std::move(*outcome_.state);
    next.counters = counters_;
    next.passed_at = work_.run.env.clock.now();
    next.pass_partial = false;
    if (next.table_mode) next.blocked_by.clear();  // elsewhere it is about passes from nothing
    next.table_mode = false;
    ++next.runs_since_sweep;
    MAPISYNC_TRYV(commit.no_finding(FindingKind::state_unusable, std::nullopt));
    MAPISYNC_TRYV(commit.move_coverage(Coverage::arriving, Coverage::covered));
    return commit.put_checkpoint(next);
  }

  FolderWork& work_;
  ExportOutcome outcome_;
  const FolderCounters& counters_;
  FencePass* fence_of_;
  std::uint64_t repeated_{0};
};

/// Data that arrived stays; the state does not move; the next run knows that a pass from it did not reach its end.
Result<void> commit_failure(FolderWork& work, bool from_nothing) {
  MAPISYNC_TRY(commit, FolderCommit::begin(work));
  Checkpoint next = work.checkpoint;
  next.pass_partial = !from_nothing;
  MAPISYNC_TRYV(commit->move_coverage(Coverage::arriving, Coverage::unproven));
  MAPISYNC_TRYV(commit->put_checkpoint(next));
  return commit->commit();
}

/// One that ends well says nothing of messages that its state does not bring.
Result<void> note_pass(FolderWork& work, const ExportOutcome& outcome) {
  if (outcome.done) {
    work.asking.open = false;
    work.lost.prune([](const LostPlace& lost) { return !lost.place.is_everything(); });
    return success();
  }
  MAPISYNC_TRYV(note_call(work, Place::everything(), outcome));
  return success();
}

}  // namespace

std::uint32_t pass_flags(const Checkpoint& checkpoint) {
  if (checkpoint.flags != 0) return checkpoint.flags;
  return sync_flag::kUnicode | sync_flag::kReadState | sync_flag::kNormal | sync_flag::kAssociated;
}

Result<PassOutcome> run_pass(FolderWork& work, const FolderCounters& counters, FencePass* fence_of) {
  const ExportRequest request = pass_request(work, fence_of);
  const Place place = Place::everything();
  if (work.run.careful) MAPISYNC_TRYV(write_ahead(work, place));
  MAPISYNC_TRY(exported, drive_export(work, work.opener, request));
  MAPISYNC_TRYV(note_pass(work, exported));
  PassOutcome outcome;
  const std::uint64_t exported_repeats = exported.repeated;
  outcome.messages = exported.messages;
  outcome.claims = exported.deletions.size();
  if (exported.done && exported.state) {
    PassCommit pass_commit(work, std::move(exported), counters, fence_of);
    MAPISYNC_TRY(claims_false, pass_commit.commit());
    outcome.repeated = exported_repeats + pass_commit.repeated();
    outcome.claims_false = claims_false;
    outcome.done = true;
    return outcome;
  }
  outcome.interrupted = exported.interrupted;
  outcome.failure = exported.failure;
  MAPISYNC_TRYV(commit_failure(work, fence_of != nullptr && fence_of->from_nothing));
  return outcome;
}

}  // namespace mapisync
