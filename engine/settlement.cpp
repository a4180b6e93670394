#include "engine/settlement.h"

#include <string>
#include <utility>

#include "engine/deletion_verifier.h"
#include "engine/folder_commit.h"
#include "engine/retry_policy.h"

namespace mapisync {

namespace {

constexpr std::size_t kSliceWrites =
    2'000;  // writes per transaction: short enough for readers, long enough to be cheap

std::int64_t rank_of(const TableRow& row) {
  if (row.delivered.value) return row.delivered.value->time_since_epoch().count();
  if (row.modified.value) return row.modified.value->time_since_epoch().count();
  return 0;
}

/// Equal versions, as far as both sides show one.
enum class Versions { equal, different, unknown };
Versions compare(const ChangeKey& listed, const ChangeKey& held) {
  if (listed.empty() || held.empty()) return Versions::unknown;
  return listed == held ? Versions::equal : Versions::different;
}

class Settlement {
 public:
  Settlement(FolderWork& work, TableRead read, const SettleRequest& request)
      : work_(work), run_(work.run), read_(std::move(read)), request_(request) {}

  Result<Settled> settle() {
    run_.tell(Phase::settling, 0);
    MAPISYNC_TRYV(merge_listing());
    if (request_.reason == SettleReason::head) return settle_head();
    MAPISYNC_TRYV(find_absent());
    const auto verification = request_.adopted ? Verification::by_table : Verification::as_fits;
    MAPISYNC_TRY(verified, verify_deletions(work_, std::move(claims_), verification));
    settled_.gone = verified.gone.size();
    if (!verified.alive.empty() || !verified.unknown.empty()) settled_.agreed = settled_.certain = false;
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    MAPISYNC_TRYV(apply_deletions(work_, *commit, verified.gone));
    for (const SourceKey& key : verified.unknown) MAPISYNC_TRYV(doubt(*commit, key));
    if (read_.unidentified > 0) {
      for (const SourceKey& key : verified.alive) MAPISYNC_TRYV(merge_unlisted(*commit, key));
    }
    if (read_.unidentified > 0) {
      settled_.agreed = settled_.certain = false;
      MAPISYNC_TRYV(commit->finding(FindingKind::row_unreadable, std::nullopt, Errc::malformed,
                                    std::to_string(read_.unidentified) + " rows of the table have no source key"));
    } else {
      MAPISYNC_TRYV(commit->no_finding(FindingKind::row_unreadable, std::nullopt));
    }
    MAPISYNC_TRYV(commit_checkpoint(*commit));
    return settled_;
  }

 private:
  Result<Settled> settle_head() {
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    Checkpoint next = work_.checkpoint;
    next.counters = request_.counters;
    ++next.runs_since_sweep;
    MAPISYNC_TRYV(commit->put_checkpoint(next));
    MAPISYNC_TRYV(commit->commit());
    return settled_;
  }

  /// Slices: pending rows that no state covers yet do no harm, so they may be committed before it.
  Result<void> merge_listing() {
    SourceKey after;
    std::unique_ptr<FolderCommit> commit;
    while (true) {
      MAPISYNC_TRY(page, read_.listing->page(after, kRowsPerPage));
      if (page.empty()) break;
      after = page.back().row.source_key;
      if (commit == nullptr) {
        MAPISYNC_TRY(begun, FolderCommit::begin(work_));
        commit = std::move(begun);
      }
      for (Listing::Entry& entry : page) MAPISYNC_TRYV(merge(*commit, std::move(entry.row)));
      if (commit->writes() >= kSliceWrites) {
        MAPISYNC_TRYV(commit->commit());
        commit.reset();
      }
    }
    return commit != nullptr ? commit->commit() : Result<void>(success());
  }

  Result<void> merge(FolderCommit& commit, TableRow row) {
    MAPISYNC_TRY(standing, commit.standing(row.source_key));
    if (row.ref.empty() && standing.unsettled) row.ref = standing.unsettled->row.ref;
    if (row.ref.empty() && standing.ledger) row.ref = standing.ledger->ref;
    if (row.ref.empty() && !standing.ledger) settled_.agreed = false;  // cannot be asked for: another sweep is to come
    if (standing.ledger) {
      MAPISYNC_TRYV(settle_read_state(commit, *standing.ledger, row));
      if (!standing.ledger->held) MAPISYNC_TRYV(settle_coverage(commit, *standing.ledger));
    }
    if (standing.unsettled) return merge_unsettled(commit, standing, std::move(row));
    if (!standing.ledger) return candidate(commit, standing, std::move(row), false);
    if (standing.ledger->held) {
      settled_.agreed = false;
      MAPISYNC_TRYV(commit.release_hold(standing));
      standing.ledger->held = false;
    }
    return merge_held_copy(commit, standing, std::move(row));
  }

  Result<void> merge_held_copy(FolderCommit& commit, const Standing& standing, TableRow row) {
    const LedgerRow& copy = *standing.ledger;
    const Versions versions = compare(row.change_key, copy.change_key);
    const bool vouched = vouched_for(copy);
    const bool whole = copy.completeness == Completeness::complete;
    if (versions == Versions::different || (versions == Versions::unknown && !vouched) || !whole) {
      return candidate(commit, standing, std::move(row), false);
    }
    return success();
  }

  /// Without a version to compare, what vouches is a pass that just succeeded, or a delivery of this very run. Where no
  /// state claims anything, one of this round as well: under a limit others would never have their turn.
  bool vouched_for(const LedgerRow& copy) const {
    if (request_.reason == SettleReason::sweep || request_.whole || copy.run == run_.id) return true;
    return request_.reason == SettleReason::no_fence && run_.budget.limited() && copy.run >= run_.round_start;
  }

  /// It is there, and its row may be one of those without identity: nothing tells its version, and a state that is
  /// committed with this table claims it.
  Result<void> merge_unlisted(FolderCommit& commit, const SourceKey& key) {
    MAPISYNC_TRY(standing, commit.standing(key));
    if (!standing.ledger || standing.unsettled || vouched_for(*standing.ledger)) return success();
    TableRow row;
    row.source_key = key;
    row.ref = standing.ledger->ref;
    row.associated = standing.ledger->associated;
    row.size.value = standing.ledger->size;
    return commit.make_pending(standing, std::move(row), 0, false);
  }

  /// A copy that the table lists. Before a sweep or an opaque fence it existed already, so the state
  /// knows it; a composed state knows exactly what the table lists.
  Result<void> settle_coverage(FolderCommit& commit, const LedgerRow& copy) {
    const bool no_state = request_.reason == SettleReason::no_fence || request_.reason == SettleReason::head;
    if (no_state || copy.coverage == Coverage::covered) return success();
    const bool composed = request_.state && request_.state->origin == StateOrigin::composed;
    if (copy.coverage == Coverage::disowned && !composed) return success();
    return commit.set_coverage(copy.key, Coverage::covered);
  }

  Result<void> settle_read_state(FolderCommit& commit, const LedgerRow& copy, const TableRow& row) {
    if (!row.read.value || *row.read.value == copy.read) return success();
    return commit.set_read(copy.key, *row.read.value);
  }

  Result<void> merge_unsettled(FolderCommit& commit, const Standing& standing, TableRow row) {
    const UnsettledRow& known = *standing.unsettled;
    if (standing.ledger && compare(row.change_key, standing.ledger->change_key) == Versions::equal &&
        known.cls != UnsettledClass::refused) {
      return commit.back_in_step(standing);
    }
    const Versions versions = compare(row.change_key, known.row.change_key);
    const bool gained_version = known.row.change_key.empty() && !row.change_key.empty();
    if (known.cls == UnsettledClass::pending) {
      if (request_.whole && committed_before_pass(row)) return suspect(commit, standing, std::move(row));
      if (known.row == row) return success();
      UnsettledRow renewed = known;
      if (versions == Versions::different) renewed.evidence = {};
      renewed.row = std::move(row);
      renewed.rank = rank_of(renewed.row);
      return commit.put_unsettled(standing, std::move(renewed));
    }
    // A verdict on a row that had no id to ask by is one on the row.
    const bool gained_id = known.row.ref.empty() && !row.ref.empty();
    if (versions == Versions::different || gained_version || gained_id) {  // a new change key lifts quarantine at once
      return candidate(commit, standing, std::move(row), true);
    }
    return success();
  }

  Result<void> candidate(FolderCommit& commit, const Standing& standing, TableRow row, bool had_verdict) {
    ++settled_.candidates;
    settled_.agreed = false;
    const std::int64_t rank = rank_of(row);
    if (!had_verdict && left_out(row)) {
      return commit.make_missing(standing, std::move(row), rank, "the committed state claims it, and it never arrived");
    }
    return commit.make_pending(standing, std::move(row), rank, had_verdict);
  }

  /// Committed before the pass began that has just ended well: it should have come with it. What is younger may have
  /// come in meanwhile.
  bool left_out(const TableRow& row) const {
    return request_.reason == SettleReason::sweep && committed_before_pass(row);
  }
  bool committed_before_pass(const TableRow& row) const {
    const auto& before_pass = request_.counters.commit_time_max;
    return before_pass && row.committed.value && row.committed.value->time_since_epoch().count() <= *before_pass;
  }

  /// A pass from nothing ended well without it, and it cannot be asked for alone: no more can be done.
  Result<void> suspect(FolderCommit& commit, const Standing& standing, TableRow row) {
    settled_.agreed = false;
    const Timestamp now = run_.env.clock.now();
    UnsettledRow suspect = *standing.unsettled;
    const SourceKey key = row.source_key;
    suspect.cls = UnsettledClass::suspected;
    suspect.rank = rank_of(row);
    suspect.row = std::move(row);
    suspect.evidence = {};
    suspect.evidence.kind = TroubleKind::missing_item;
    suspect.evidence.code = Errc::missing_delivery;
    suspect.evidence.detail = "a pass from nothing ended well and left it out";
    suspect.had_verdict = true;
    if (!suspect.first_seen) suspect.first_seen = now;
    suspect.last_seen = now;
    suspect.next_retry = now + retry_wait(run_.options, ++suspect.attempts);
    suspect.run = run_.id;
    ++work_.report.new_suspected;
    MAPISYNC_TRYV(commit.finding(FindingKind::missing, key, Errc::missing_delivery, suspect.evidence.detail));
    MAPISYNC_TRYV(commit.event(EventKind::suspected, key, name_of(Errc::missing_delivery)));
    return commit.put_unsettled(standing, std::move(suspect));
  }

  /// What we hold and the table does not list: claims, to be verified.
  Result<void> find_absent() {
    SourceKey after;
    while (true) {
      MAPISYNC_TRY(page, run_.env.store.ledger_page(work_.id(), after, kRowsPerPage));
      if (page.empty()) break;
      after = page.back().key;
      for (const LedgerRow& row : page) {
        if (!row.held) MAPISYNC_TRYV(claim_if_absent(row.key));
      }
    }
    after = SourceKey();
    while (true) {
      MAPISYNC_TRY(page, run_.env.store.unsettled_page(work_.id(), std::nullopt, after, kRowsPerPage));
      if (page.empty()) break;
      after = page.back().row.source_key;
      for (const UnsettledRow& row : page) MAPISYNC_TRYV(claim_if_absent(row.row.source_key));
    }
    return success();
  }

  Result<void> claim_if_absent(const SourceKey& key) {
    MAPISYNC_TRY(listed, read_.listing->contains(key));
    if (!listed) claims_.push_back({key, DeletionKind::hard});
    return success();
  }

  /// Neither gone nor there, as far as could be shown: asked again at every S_OK.
  Result<void> doubt(FolderCommit& commit, const SourceKey& key) {
    MAPISYNC_TRY(standing, commit.standing(key));
    if (!standing.ledger) return success();
    return commit.set_coverage(key, Coverage::disowned);
  }

  Result<void> commit_checkpoint(FolderCommit& commit) {
    Checkpoint next = work_.checkpoint;
    next.runs_since_sweep = 0;
    next.agreement.reset();
    switch (request_.reason) {
      case SettleReason::sweep: next.sweep_due = false; break;
      case SettleReason::fence:
        next.state = *request_.state;
        next.excluded = request_.excluded;
        next.counters = request_.counters;
        next.pass_partial = false;
        next.sweep_due = true;
        next.table_mode = false;
        next.blocked_by.clear();
        next.adoption_due = false;
        next.passed_at = run_.env.clock.now();
        MAPISYNC_TRYV(commit.no_finding(FindingKind::state_unusable, std::nullopt));
        MAPISYNC_TRYV(commit.event(EventKind::fence, std::nullopt,
                                   request_.whole                               ? "a pass from nothing"
                                   : next.state.origin == StateOrigin::composed ? "composed"
                                   : next.excluded.empty()                      ? "catch-up"
                                                                                : "restriction"));
        work_.report.fence = true;
        break;
      case SettleReason::no_fence:
        next.table_mode = true;
        next.counters = request_.counters;
        next.adoption_due = false;
        break;
      case SettleReason::head: break;  // settle_head
    }
    MAPISYNC_TRYV(commit.put_checkpoint(next));
    return commit.commit();
  }

  FolderWork& work_;
  SyncRun& run_;
  TableRead read_;
  const SettleRequest& request_;
  std::vector<DeletionClaim> claims_;
  Settled settled_;
};

}  // namespace

Result<Settled> settle_table(FolderWork& work, TableRead read, const SettleRequest& request) {
  return Settlement(work, std::move(read), request).settle();
}

}  // namespace mapisync
