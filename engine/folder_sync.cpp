#include "engine/folder_sync.h"

#include <algorithm>
#include <utility>

#include "engine/deletion_verifier.h"
#include "engine/fence.h"
#include "engine/folder_commit.h"
#include "engine/isolation/isolator.h"
#include "engine/isolation/write_ahead.h"
#include "engine/known_trouble.h"
#include "engine/pass.h"
#include "engine/settlement.h"
#include "engine/table_reader.h"

namespace mapisync {

namespace {

class FolderSync {
 public:
  FolderSync(SyncRun& run, const FolderRecord& record, FolderReport& report)
      : work_{run, record, report, FolderOpener(run.connection, record.info.key), {}, {}, 0},
        run_(run),
        report_(report) {}

  Result<FolderEnd> run() {
    MAPISYNC_TRYV(load());
    MAPISYNC_TRYV(take_up_lost_call(work_));
    MAPISYNC_TRYV(take_up_broken_pass());
    MAPISYNC_TRY(open, read_counters());
    if (!open) return end_;

    if (work_.checkpoint.adoption_due && out_of_budget()) unfinished(Unfinished::limit, std::nullopt);
    if (left()) return finish();
    MAPISYNC_TRY(whole, whole_pass_before_all());
    if (whole || left()) return finish();
    MAPISYNC_TRY(wanted, pass_wanted());
    bool settled = false;
    if (wanted) {
      MAPISYNC_TRY(done, pass_with_one_repeat());
      settled = done;
    }
    if (left()) return finish();
    if (settled) {
      MAPISYNC_TRYV(sweep_if_due());
    } else {
      MAPISYNC_TRYV(fence_and_list());
    }
    if (!left() && !work_.pass_failed && !pass_takes_somebody_down()) MAPISYNC_TRYV(ask_for_all());
    if (left()) return finish();
    MAPISYNC_TRYV(isolate_pending());
    if (!left()) MAPISYNC_TRYV(tell_if_unexplained());
    if (!left() && work_.checkpoint.table_mode) MAPISYNC_TRYV(restrict_or_remember());
    return finish();
  }

  Result<FolderEnd> resume() {
    MAPISYNC_TRYV(load());
    MAPISYNC_TRYV(take_up_lost_call(work_));
    report_.unfinished = Unfinished::none;
    report_.failure.reset();
    MAPISYNC_TRYV(ask_for_all());
    if (!left()) MAPISYNC_TRYV(isolate_pending());
    return finish();
  }

  Result<void> tell() {
    MAPISYNC_TRYV(load());
    return fill_report();
  }

  Result<void> close() {
    MAPISYNC_TRYV(load_checkpoint());
    work_.tally = tally_of_report();
    MAPISYNC_TRYV(settle_moves(work_));
    MAPISYNC_TRYV(settle_held(work_));
    return fill_report();
  }

 private:
  // --- before anything else ---

  Result<void> load() {
    MAPISYNC_TRYV(load_checkpoint());
    earlier_ = work_.checkpoint.counters;
    earlier_pass_ = work_.checkpoint.passed_at;
    MAPISYNC_TRY(ledger, run_.env.store.ledger_totals(work_.id()));
    MAPISYNC_TRY(unsettled, run_.env.store.unsettled_totals(work_.id()));
    work_.tally = FolderTally(run_.id, ledger, unsettled);
    if (report_.source.sum() > 0 || report_.mirror.sum() > 0) work_.tally = tally_of_report();
    return success();
  }

  Result<void> load_checkpoint() {
    MAPISYNC_TRY(checkpoint, run_.env.store.checkpoint(work_.id()));
    if (checkpoint) work_.checkpoint = *checkpoint;
    return success();
  }

  /// The process ended within a pass, or right behind it: what had arrived by then is of no S_OK that we keep, and no
  /// later one may cover it.
  Result<void> take_up_broken_pass() {
    MAPISYNC_TRY(left, run_.env.store.ledger_page(work_.id(), Coverage::arriving, {}, 1));
    if (left.empty()) return success();
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    MAPISYNC_TRYV(commit->move_coverage(Coverage::arriving, Coverage::unproven));
    return commit->commit();
  }

  FolderTally tally_of_report() const { return FolderTally(run_.id, report_.source, report_.mirror); }

  /// Counters are read first and stored with the state; they open the folder, too.
  Result<bool> read_counters() {
    for (std::uint32_t attempt = 1;; ++attempt) {
      auto folder = work_.opener.open();
      auto counters = folder ? folder.value()->counters() : Result<FolderCounters>(folder.error());
      if (counters) {
        counters_ = counters.value();
        MAPISYNC_TRYV(clear_findings(work_, {FindingKind::folder_unreadable}));
        return true;
      }
      const Failure& failure = counters.error();
      if (loses_session(failure)) work_.opener.lose_session();
      const bool again = failure.retry <= Retry::later && may_repeat(failure, attempt, run_.options.reconnects_max + 1);
      if (again && !run_.stopped()) {
        pause(failure, attempt);
        continue;
      }
      MAPISYNC_TRYV(cannot_open(failure));
      return false;
    }
  }

  Result<void> cannot_open(const Failure& failure) {
    if (run_.stopped()) {
      unfinished(Unfinished::stopped, std::nullopt);
      return fill_report();
    }
    const Errc code = failure.errc();
    if (code == Errc::not_found || code == Errc::object_deleted) {
      run_.folder_not_found = true;
      if (!run_.all_folders_listed) return fill_report();  // the next run asks for all, and says so
    }
    end_.server_unreachable = loses_session(failure);
    unfinished(end_.server_unreachable ? Unfinished::failed : Unfinished::unreadable, failure);
    if (!end_.server_unreachable) {
      MAPISYNC_TRY(commit, FolderCommit::begin(work_));
      MAPISYNC_TRYV(commit->finding(FindingKind::folder_unreadable, std::nullopt, code, failure.context));
      MAPISYNC_TRYV(commit->commit());
    }
    return fill_report();
  }

  // --- the pass ---

  /// Not after a pass that did not reach its end (since 2010 the server starts from zero again, so that it would fetch
  /// everything twice), and not while what broke it is known and unchanged.
  Result<bool> pass_wanted() {
    if (pass_takes_somebody_down()) {
      work_.pass_failed = true;
      return false;
    }
    if (work_.checkpoint.adoption_due) return false;  // there is no state, and everything would come again
    if (!work_.checkpoint.table_mode) return !work_.checkpoint.pass_partial;
    if (work_.tally.source().pending > 0) return false;
    if (work_.checkpoint.pass_partial && run_.budget.limited()) return false;
    MAPISYNC_TRY(digest, trouble_digest(work_));
    return digest.empty() || digest != work_.checkpoint.blocked_by;
  }

  /// The server was lost twice in passes, or this process in one that was written down beforehand.
  bool pass_takes_somebody_down() const {
    const auto& lost = work_.lost.all();
    return std::any_of(lost.begin(), lost.end(), [](const LostPlace& at) {
      return at.place.is_everything() && (at.process > 0 || at.server >= LostPlaces::kServerLossesMax);
    });
  }

  /// The first folder of a run is always looked at, so that every run gets further.
  bool out_of_budget() const { return run_.budget.exhausted() && run_.folders_visited > 1; }

  /// True after an S_OK that is committed.
  Result<bool> pass_with_one_repeat() {
    if (out_of_budget()) {
      unfinished(Unfinished::limit, std::nullopt);
      return false;
    }
    std::uint32_t throttled = 0;
    for (int attempt = 1;; ++attempt) {
      run_.tell(Phase::pass, 0);
      MAPISYNC_TRY(pass, run_pass(work_, counters_));
      if (pass.done) {
        pass_brought_ = pass.messages + pass.claims;
        pass_repeated_ = pass.repeated > 0;
        return true;
      }
      if (run_.stopped()) {
        unfinished(Unfinished::stopped, std::nullopt);
        return false;
      }
      if (pass.interrupted) {
        unfinished(Unfinished::limit, std::nullopt);
        return false;
      }
      const Failure& failure = *pass.failure;
      run_.env.log.info(work_.label() + ": pass failed: " + failure.to_string());
      if (failure.errc() == Errc::busy && pass.messages == 0 && ++throttled <= kThrottledMax &&
          !run_.budget.exhausted()) {
        pause(failure, throttled);  // it is waited for as long as it says; that is no failed attempt
        --attempt;
        continue;
      }
      MAPISYNC_TRY(known, known_to_break_passes(work_, failure));
      if (attempt == 2 || known || is_specific(failure.errc()) || run_.budget.exhausted() ||
          pass_takes_somebody_down()) {
        if (is_specific(failure.errc())) pass_failure_ = failure;
        work_.pass_failed = true;
        return false;
      }
      if (failure.retry == Retry::later && pass.messages == 0) pause(failure, 1);
    }
  }

  // --- after a pass: is it all there? ---

  Result<void> sweep_if_due() {
    MAPISYNC_TRY(due, sweep_due());
    return due ? sweep() : Result<void>(success());
  }

  Result<void> sweep() {
    swept_ = true;
    MAPISYNC_TRY(read, read_tables(work_));
    if (read.failure) return table_failed(*read.failure);
    SettleRequest request;
    request.reason = SettleReason::sweep;
    request.counters = counters_;
    MAPISYNC_TRY(settled, settle_table(work_, std::move(read), request));
    agreed_ = settled.agreed;
    accounted_ = settled.certain;
    return success();
  }

  Result<bool> sweep_due() {
    if (work_.checkpoint.sweep_due || pass_repeated_ || long_ago()) return true;
    // Something was committed since the last pass, and this one, which ended well, brought nothing.
    if (pass_brought_ == 0 && earlier_.commit_time_max && counters_.commit_time_max > earlier_.commit_time_max)
      return true;
    const FolderCounters now = fresh_counters();
    MAPISYNC_TRY(as_agreed, agrees_with_counters(now));
    MAPISYNC_TRY(ledger, run_.env.store.ledger_totals(work_.id()));
    const auto& agreement = work_.checkpoint.agreement;
    // The server no longer tells us about disowned messages: only the table shows a new version of one.
    if (ledger.disowned > 0 && !(agreement && agreement->counters.proves_unchanged_since(now))) return true;
    if (work_.checkpoint.runs_since_sweep >= run_.options.sweep_every_runs) {
      const bool saved = agreement && agreement->counters.proves_unchanged_since(now);
      if (!saved || !as_agreed) return true;
    }
    if (now.normal && now.associated && now == counters_) return !as_agreed;
    return false;  // no counters, or they moved meanwhile: the next run sees them at rest
  }

  /// A server that no longer remembers so much may have left something out.
  bool long_ago() const {
    return earlier_pass_ && run_.env.clock.now() - *earlier_pass_ > run_.options.sweep_after_pause;
  }

  FolderCounters fresh_counters() {
    auto folder = work_.opener.open();
    auto counters = folder ? folder.value()->counters() : Result<FolderCounters>(folder.error());
    if (counters) return counters.value();
    if (loses_session(counters.error())) work_.opener.lose_session();
    return {};
  }

  /// Counters equal to what we account for, or off by what a table read has shown to be the server's own error.
  Result<bool> agrees_with_counters(const FolderCounters& now) {
    MAPISYNC_TRY(ledger, run_.env.store.ledger_totals(work_.id()));
    MAPISYNC_TRY(unsettled, run_.env.store.unsettled_totals(work_.id()));
    const Accounted ours = accounted(ledger, unsettled);
    if (!now.normal || !now.associated) return true;
    if (static_cast<std::uint64_t>(*now.normal) == ours.normal &&
        static_cast<std::uint64_t>(*now.associated) == ours.associated) {
      return true;
    }
    const auto& agreement = work_.checkpoint.agreement;
    return agreement && agreement->counters == now && agreement->normal == ours.normal &&
           agreement->associated == ours.associated;
  }

  // --- when the pass does not work ---

  Result<void> fence_and_list() {
    MAPISYNC_TRY(fence, take_fence(work_));
    accounted_ = fence.certain;
    if (fence.failure) return table_failed(*fence.failure);
    if (!fence.fenced) {
      run_.env.log.info(work_.label() + ": no fence can be had; the table difference is the checkpoint");
    }
    return success();
  }

  Result<void> table_failed(const Failure& failure) {
    if (run_.stopped()) {
      unfinished(Unfinished::stopped, std::nullopt);
      return success();
    }
    end_.server_unreachable = loses_session(failure);
    unfinished(Unfinished::failed, failure);
    return success();
  }

  /// Under a limit the calls of an ordinary pass, which brings nothing that waits, would leave none for it. True: it
  /// has brought everything.
  Result<bool> whole_pass_before_all() {
    if (!run_.budget.limited() || work_.checkpoint.adoption_due || pass_takes_somebody_down()) return false;
    if (run_.capabilities.selective_sync != Known::no || work_.tally.source().pending == 0) return false;
    MAPISYNC_TRYV(ask_for_all());
    return accounted_;
  }

  Result<void> ask_for_all() {
    MAPISYNC_TRY(whole, take_whole_pass(work_));
    if (whole.failure) return table_failed(*whole.failure);
    if (whole.fenced) accounted_ = whole.certain;
    if (!whole.unaffordable) return success();
    MAPISYNC_TRY(totals, run_.env.store.unsettled_totals(work_.id()));
    if (totals.pending > 0) unfinished(Unfinished::limit, std::nullopt);
    return success();
  }

  Result<void> isolate_pending() {
    MAPISYNC_TRY(isolation, isolate(work_));
    switch (isolation.end) {
      case IsolationEnd::finished:
        if (isolation.groups_failed) pass_failure_.reset();  // that explains it
        if (!isolation.groups_failed) MAPISYNC_TRYV(clear_findings(work_, {FindingKind::batch_only_failure}));
        if (isolation.controls_failed) {
          return clear_findings(work_, {FindingKind::cannot_isolate, FindingKind::server_lost});
        }
        return clear_findings(work_, {FindingKind::server_sick, FindingKind::cannot_isolate, FindingKind::server_lost});
      case IsolationEnd::disruptive: unfinished(Unfinished::disruptive, std::nullopt); break;
      case IsolationEnd::limit: unfinished(Unfinished::limit, std::nullopt); break;
      case IsolationEnd::stopped: unfinished(Unfinished::stopped, std::nullopt); break;
      case IsolationEnd::sick: unfinished(Unfinished::sick, std::nullopt); break;
      case IsolationEnd::failed:
        end_.server_unreachable = isolation.failure && loses_session(*isolation.failure);
        unfinished(Unfinished::failed, isolation.failure);
        break;
    }
    return success();
  }

  /// The pass failed as at a bad message, and there is none: the saved state was the culprit, or a message was healed
  /// meanwhile. Everything is in step again, but nobody should have to guess that something was wrong.
  Result<void> tell_if_unexplained() {
    if (!pass_failure_ || work_.checkpoint.table_mode) return success();
    MAPISYNC_TRY(totals, run_.env.store.unsettled_totals(work_.id()));
    if (totals.pending + totals.quarantined + totals.suspected + totals.refused > 0) return success();
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    MAPISYNC_TRYV(commit->event(EventKind::damaged, std::nullopt,
                                std::string(name_of(FindingKind::state_unusable)) +
                                    ": the pass failed, and every message exports; a fence replaced the state"));
    MAPISYNC_TRYV(commit->commit());
    ++report_.repaired;
    return success();
  }

  /// No fence could be had before isolation. Now the bad ones are known: a pass without them, or none at all while they
  /// stay as they are.
  Result<void> restrict_or_remember() {
    MAPISYNC_TRY(totals, run_.env.store.unsettled_totals(work_.id()));
    if (totals.pending > 0) return success();
    MAPISYNC_TRY(fence, take_restricted_fence(work_));
    if (fence.failure) return table_failed(*fence.failure);
    if (fence.fenced) {
      accounted_ = fence.certain;
      MAPISYNC_TRY(after, run_.env.store.unsettled_totals(work_.id()));
      return after.pending > 0 ? isolate_pending() : Result<void>(success());
    }
    MAPISYNC_TRY(digest, trouble_digest(work_));
    if (digest.empty()) return note_unusable_state();
    if (digest == work_.checkpoint.blocked_by) return success();
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    Checkpoint next = work_.checkpoint;
    next.blocked_by = digest;
    MAPISYNC_TRYV(commit->put_checkpoint(next));
    return commit->commit();
  }

  /// Every message exports and the pass from the state fails: the state is the culprit, and no fence replaces it.
  Result<void> note_unusable_state() {
    if (!work_.checkpoint.pass_partial || work_.checkpoint.state.empty()) return success();
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    MAPISYNC_TRYV(commit->finding(FindingKind::state_unusable, std::nullopt, Errc::ok,
                                  "every message exports, but not from the saved state; the table is used instead"));
    return commit->commit();
  }

  // --- the end ---

  Result<FolderEnd> finish() {
    FolderCounters now = fresh_counters();
    MAPISYNC_TRY(as_expected, agrees_with_counters(now));
    if (!as_expected && now == counters_ && !left() && !swept_ && !accounted_) {
      // What has happened since the pass, the loss of a session at the wrong moment for example, is no reason to alarm
      // anybody before the table was read.
      MAPISYNC_TRYV(sweep());
      if (!left()) MAPISYNC_TRYV(isolate_pending());
      now = fresh_counters();
    }
    report_.counts_moved = !(now == counters_);
    // What came after the table was read is in the counters, and must not pass for the server's own error.
    if (agreed_ && !report_.counts_moved) MAPISYNC_TRYV(remember_agreement(now));
    MAPISYNC_TRY(agrees, agrees_with_counters(now));
    const bool as_agreed = agrees || (accounted_ && !left() && !report_.counts_moved);
    if (!agrees && as_agreed) MAPISYNC_TRYV(remember_agreement(now));
    MAPISYNC_TRYV(fill_report());
    if (now.normal && now.associated) {
      const auto counted = static_cast<std::uint64_t>(*now.normal + *now.associated);
      report_.source_counted = as_agreed ? report_.source.sum() : counted + report_.source.vanished;
    }
    work_.opener.release();
    MAPISYNC_TRYV(remember_finished());
    return end_;
  }

  /// Only under a limit does anybody ask, and only then is it worth a write.
  Result<void> remember_finished() {
    if (!run_.budget.limited()) return success();
    if (report_.unfinished == Unfinished::limit && report_.source.pending == 0 && !work_.checkpoint.pass_partial &&
        work_.checkpoint.finished >= run_.round_start) {
      report_.unfinished = Unfinished::none;  // an earlier run of this round has been here
      report_.source_counted.reset();         // and this one has not looked
      return success();
    }
    if (left()) return success();
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    Checkpoint next = work_.checkpoint;
    next.finished = run_.id;
    MAPISYNC_TRYV(commit->put_checkpoint(next));
    return commit->commit();
  }

  Result<void> remember_agreement(const FolderCounters& now) {
    MAPISYNC_TRY(ledger, run_.env.store.ledger_totals(work_.id()));
    MAPISYNC_TRY(unsettled, run_.env.store.unsettled_totals(work_.id()));
    const Accounted ours = accounted(ledger, unsettled);
    const CountAgreement agreement{now, ours.normal, ours.associated};
    if (work_.checkpoint.agreement == agreement) return success();
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    Checkpoint next = work_.checkpoint;
    next.agreement = agreement;
    MAPISYNC_TRYV(commit->put_checkpoint(next));
    return commit->commit();
  }

  Result<void> fill_report() {
    report_.source = work_.tally.source();
    report_.mirror = work_.tally.mirror();
    MAPISYNC_TRY(ledger, run_.env.store.ledger_totals(work_.id()));
    MAPISYNC_TRY(unsettled, run_.env.store.unsettled_totals(work_.id()));
    report_.mirror_counted = ledger.normal + ledger.associated;
    if (!work_.tally.agrees_with(ledger, unsettled)) {
      MAPISYNC_TRY(commit, FolderCommit::begin(work_));
      MAPISYNC_TRYV(commit->finding(FindingKind::totals_differ, std::nullopt, Errc::internal,
                                    "the totals of this run do not agree with the store"));
      MAPISYNC_TRYV(commit->commit());
      report_.mirror_counted = ~std::uint64_t{0};  // never balanced
    }
    return success();
  }

  void unfinished(Unfinished reason, std::optional<Failure> failure) {
    report_.unfinished = reason;
    report_.failure = std::move(failure);
  }
  bool left() const { return report_.unfinished != Unfinished::none; }

  void pause(const Failure& failure, std::uint32_t attempt) {
    const Duration wait = backoff(run_.options, attempt, failure.wait);
    report_.costs.waited += wait;
    run_.env.clock.wait(wait, run_.stop);
  }

  static constexpr std::uint32_t kThrottledMax = 4;

  FolderWork work_;
  SyncRun& run_;
  FolderReport& report_;
  FolderCounters counters_;
  FolderCounters earlier_;  // at the last pass
  std::optional<Timestamp> earlier_pass_;
  std::uint64_t pass_brought_{0};
  bool pass_repeated_{false};            // it brought what a state that it began from knows
  std::optional<Failure> pass_failure_;  // as at a bad message, and not explained yet
  bool agreed_{false};                   // a sweep found what we account for, no more and no less
  bool accounted_{false};                // a fence's table is accounted for
  bool swept_{false};                    // the table was read because of the counters
  FolderEnd end_;
};

}  // namespace

Result<FolderEnd> sync_folder(SyncRun& run, const FolderRecord& record, FolderReport& report) {
  return FolderSync(run, record, report).run();
}

Result<FolderEnd> resume_folder(SyncRun& run, const FolderRecord& record, FolderReport& report) {
  return FolderSync(run, record, report).resume();
}

Result<void> close_folder(SyncRun& run, const FolderRecord& record, FolderReport& report) {
  return FolderSync(run, record, report).close();
}

Result<void> tell_folder(SyncRun& run, const FolderRecord& record, FolderReport& report) {
  return FolderSync(run, record, report).tell();
}

}  // namespace mapisync
