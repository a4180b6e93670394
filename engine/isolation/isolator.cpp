#include "engine/isolation/isolator.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/deletion_verifier.h"
#include "engine/export_driver.h"
#include "engine/folder_commit.h"
#include "engine/isolation/control.h"
#include "engine/isolation/frontier.h"
#include "engine/isolation/group_report.h"
#include "engine/isolation/group_watch.h"
#include "engine/isolation/id_form.h"
#include "engine/isolation/judge.h"
#include "engine/isolation/planner.h"
#include "engine/isolation/worklist.h"

namespace mapisync {

namespace {

bool contains(const std::vector<SourceKey>& keys, const SourceKey& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

SelectiveItem item_of(const UnsettledRow& row) { return {row.row.ref, row.row.source_key}; }

/// The call said that the id means nothing to it: gone, or an id in the wrong form.
bool says_absent(const Failure& failure) {
  const Errc code = failure.errc();
  return code == Errc::not_found || code == Errc::object_deleted || code == Errc::invalid_entry_id;
}

class Isolation {
 public:
  explicit Isolation(FolderWork& work) : work_(work), run_(work.run), judge_(work), controls_(work) {}

  Result<IsolationOutcome> run() {
    MAPISYNC_TRYV(load());
    if (list_.empty()) {
      MAPISYNC_TRYV(remember_frontier());
      return outcome_;
    }
    if (run_.capabilities.selective_sync == Known::no) {
      MAPISYNC_TRYV(cannot_isolate());
      return outcome_;
    }
    MAPISYNC_TRYV(settle_id_form());
    while (!ended_) MAPISYNC_TRYV(one_step());
    if (outcome_.end == IsolationEnd::finished) {
      MAPISYNC_TRY(told, tell_of_groups(work_, groups_.take()));
      outcome_.groups_failed = told;
    }
    MAPISYNC_TRYV(judge_.remember_all());
    MAPISYNC_TRYV(remember_frontier());
    return outcome_;
  }

 private:
  // --- what there is to do ---

  Result<void> load() {
    MAPISYNC_TRY(list, load_worklist(work_));
    list_ = std::move(list);
    planner_ = tenths_planner(static_cast<std::uint32_t>(list_.planned.size()),
                              decode_frontier(work_.checkpoint.frontier, list_.planned), place_of_the_rest());
    share_out();
    return success();
  }

  /// New mail does not wait for the end of an isolation; nor does the isolation wait for ever, where there is one call
  /// a run and new mail before each.
  Rest place_of_the_rest() const {
    if (work_.pass_failed) return Rest::failing;
    return run_.budget.calls_left().value_or(2) > 1 || odd_run() ? Rest::first : Rest::last;
  }

  bool odd_run() const { return static_cast<std::int64_t>(run_.id) % 2 != 0; }

  /// Under a call limit, attempts on messages with a history get a share of it, so that fresh ones are not starved,
  /// and the other way round.
  void share_out() {
    const auto left = run_.budget.calls_left();
    if (!left || list_.planned.empty()) return;
    alone_left_ = *left > 1 ? *left / 2 : (odd_run() ? 0 : 1);
    retries_left_ = static_cast<std::uint64_t>(run_.options.retry_share * static_cast<double>(*left));
  }

  // --- the loop ---

  void end(IsolationEnd how, std::optional<Failure> failure = std::nullopt) {
    ended_ = true;
    outcome_.end = how;
    outcome_.failure = std::move(failure);
  }

  /// Whether another export may start. The first one of a run always may, so that every run gets further.
  bool may_export() {
    if (run_.stopped()) {
      end(IsolationEnd::stopped);
    } else if (run_.budget.exhausted() && run_.isolation_calls > 0) {
      end(IsolationEnd::limit);
    }
    return !ended_;
  }

  Result<void> one_step() {
    if (!more_to_do()) {
      end(IsolationEnd::finished);
      return success();
    }
    if (!may_export()) return success();
    if (auto suspect = judge_.take_ready()) return try_alone(std::move(*suspect));
    if (!list_.alone.empty() && alone_left_ > 0) {
      --alone_left_;
      return try_next_alone();
    }
    if (!list_.retries.empty() && retries_left_ > 0) {
      --retries_left_;
      return retry_next();
    }
    // Many failures in a row and nothing that worked: look at the server before asking for more.
    if (judge_.without_control() >= kSuspectsBeforeControl && !no_control_) return run_control();
    if (auto batch = planner_->next(list_max())) return try_batch(*batch);
    if (!list_.alone.empty()) return try_next_alone();
    if (!list_.retries.empty()) return retry_next();
    if (!list_.hidden.empty()) return ask_hidden();
    return run_control();
  }

  bool more_to_do() const {
    return planner_->remaining() > 0 || !list_.alone.empty() || !list_.retries.empty() || !list_.hidden.empty() ||
           judge_.waiting();
  }

  Result<void> try_next_alone() {
    UnsettledRow row = std::move(list_.alone.front());
    list_.alone.pop_front();
    // Strikes of an earlier run count only with a control since; without one it waits for it.
    if (row.evidence.strikes > row.evidence.controls && !waited_.contains(row.row.source_key)) {
      waited_.insert(row.row.source_key);
      judge_.await_control(std::move(row));
      return success();
    }
    return try_alone(std::move(row));
  }

  std::uint32_t list_max() const {
    const std::uint32_t provider = run_.capabilities.selective_list_max;
    return provider == 0 ? run_.options.selective_list_max : std::min(provider, run_.options.selective_list_max);
  }

  /// A throttled server is waited for as long as it says; that says nothing about the messages.
  Result<ExportOutcome> export_items(std::vector<SelectiveItem> items) {
    const ExportRequest request = selective_request(work_, std::move(items));
    for (int attempt = 1;; ++attempt) {
      ++run_.isolation_calls;
      run_.tell(Phase::isolation, planner_->remaining() + list_.alone.size());
      MAPISYNC_TRY(outcome, drive_export(work_, work_.opener, request));
      const bool throttled = outcome.failure && outcome.failure->errc() == Errc::busy && outcome.messages == 0;
      if (throttled && attempt <= kThrottledMax && !run_.stopped()) {
        wait(*outcome.failure, static_cast<std::uint32_t>(attempt));
        continue;
      }
      if (outcome.done && !outcome.delivered.empty()) {
        judge_.note_success();
        run_.capabilities.selective_sync = Known::yes;
      }
      if (!outcome.delivered.empty()) losses_in_row_ = 0;
      return std::move(outcome);
    }
  }

  // --- batches ---

  Result<void> try_batch(const PlannedBatch& batch) {
    std::vector<PendingId> ids;
    std::vector<Ordinal> ordinals;
    ids.reserve(batch.size);
    for (const Interval& interval : batch.intervals) {
      for (std::uint32_t i = 0; i < interval.count; ++i) {
        ordinals.push_back(interval.first + i);
        ids.push_back(list_.planned[interval.first + i]);
      }
    }
    MAPISYNC_TRY(rows, run_.env.store.pending_rows(work_.id(), ids));
    std::vector<SelectiveItem> items;
    items.reserve(rows.size());
    for (const UnsettledRow& row : rows) items.push_back(item_of(row));
    if (items.empty()) {
      planner_->feed({true, ordinals, std::nullopt});
      return success();
    }
    MAPISYNC_TRY(outcome, export_items(std::move(items)));
    std::set<SourceKey> arrived(outcome.delivered.begin(), outcome.delivered.end());
    MAPISYNC_TRY(settled, settled_ordinals(ids, ordinals, rows, arrived));
    if (outcome.interrupted || !outcome.reached) {
      planner_->repeat({false, settled, std::nullopt});
      return outcome.reached ? Result<void>(success()) : connection_trouble(*outcome.failure);
    }
    if (outcome.done) {
      if (arrived.size() < rows.size()) groups_.explained(batch);
      return batch_succeeded(rows, arrived, settled);
    }
    return batch_failed(batch, rows, outcome, settled);
  }

  /// Ordinals of a batch that need no further export: arrived, or no longer pending when it was asked for.
  Result<std::vector<Ordinal>> settled_ordinals(const std::vector<PendingId>& ids, const std::vector<Ordinal>& ordinals,
                                                const std::vector<UnsettledRow>& rows,
                                                const std::set<SourceKey>& arrived) {
    std::vector<Ordinal> settled;
    if (rows.size() == ids.size()) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (arrived.contains(rows[i].row.source_key)) settled.push_back(ordinals[i]);
      }
      return settled;
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {  // some left meanwhile: look each up
      MAPISYNC_TRY(row, run_.env.store.pending_rows(work_.id(), std::span(&ids[i], 1)));
      if (row.empty() || arrived.contains(row.front().row.source_key)) settled.push_back(ordinals[i]);
    }
    return settled;
  }

  /// A batch is judged by the keys that arrived (design 4.4): who is missing is looked at again, alone.
  Result<void> batch_succeeded(std::vector<UnsettledRow>& rows, const std::set<SourceKey>& arrived,
                               const std::vector<Ordinal>& settled) {
    if (repeated_) ++run_.noise.failed;  // its first attempt was noise
    repeated_ = false;
    for (UnsettledRow& row : rows) {
      if (arrived.contains(row.row.source_key)) continue;
      if (rows.size() == 1) {
        MAPISYNC_TRYV(missed(std::move(row)));
      } else {
        MAPISYNC_TRYV(left_out(row));
        list_.alone.push_back(std::move(row));
        ++alone_left_;
      }
    }
    planner_->feed({true, settled, std::nullopt});
    return success();
  }

  /// Should it come after all, it was damage that announced nothing.
  Result<void> left_out(UnsettledRow& row) {
    row.had_verdict = true;
    row.evidence.kind = TroubleKind::missing_item;
    row.evidence.code = Errc::missing_delivery;
    row.evidence.detail = "a successful batch left it out";
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    MAPISYNC_TRY(before, commit->standing(row.row.source_key));
    MAPISYNC_TRYV(commit->put_unsettled(before, row));
    return commit->commit();
  }

  Result<void> batch_failed(const PlannedBatch& batch, std::vector<UnsettledRow>& rows, const ExportOutcome& outcome,
                            const std::vector<Ordinal>& settled) {
    const Failure& failure = *outcome.failure;
    if (failure.errc() == Errc::unsupported && run_.capabilities.selective_sync != Known::yes) {
      planner_->repeat({false, settled, std::nullopt});
      run_.capabilities.selective_sync = Known::no;
      return cannot_isolate();
    }
    // A failure that names no message may be noise: the same batch once more. Splitting is always safe; only a verdict
    // needs proof.
    const bool again = !is_specific(failure.errc()) && batch.size > 1 && !repeated_;
    repeated_ = again;
    BatchOutcome told{false, settled, std::nullopt};
    if (again) {
      planner_->repeat(told);
    } else {
      planner_->feed(told);
      if (rows.size() > 1) {
        remember_group(batch, rows, failure);
      } else {
        groups_.explained(batch);
      }
      // A batch of one is judged here and now; one that was left of a larger batch is asked for alone first.
      if (batch.size == 1 && !rows.empty()) MAPISYNC_TRYV(failed_alone(std::move(rows.front()), failure));
    }
    return after_failure(failure, !outcome.delivered.empty());
  }

  /// Only a failure that a message may cause says anything of a group; splitting the others costs nothing but calls.
  void remember_group(const PlannedBatch& batch, const std::vector<UnsettledRow>& rows, const Failure& failure) {
    if (!is_specific(failure.errc())) return;
    FailedGroup group{batch, {}, failure.errc()};
    if (rows.size() <= GroupWatch::kItemsMax) {
      for (const UnsettledRow& row : rows) group.items.push_back(item_of(row));
    }
    groups_.failed(std::move(group));
  }

  // --- single messages ---

  Result<void> try_alone(UnsettledRow row) {
    MAPISYNC_TRY(outcome, export_items({item_of(row)}));
    if (outcome.interrupted || !outcome.reached) {
      list_.alone.push_front(std::move(row));
      ++alone_left_;
      return outcome.reached ? Result<void>(success()) : connection_trouble(*outcome.failure);
    }
    if (contains(outcome.delivered, row.row.source_key)) {
      judge_.acquit(row);
      return outcome.failure ? after_failure(*outcome.failure, true) : Result<void>(success());
    }
    if (outcome.done) return missed(std::move(row));
    const Failure failure = *outcome.failure;
    MAPISYNC_TRYV(failed_alone(std::move(row), failure));
    return after_failure(failure, false);
  }

  Result<void> failed_alone(UnsettledRow row, const Failure& failure) {
    if (says_absent(failure)) {
      MAPISYNC_TRY(presence, look_again(row.row.source_key, row.row.ref));
      if (presence == Presence::absent) return vanished(row.row.source_key);
    }
    return judge_.strike(std::move(row), failure);
  }

  /// The call went well and the message did not come: gone, or never to be had.
  Result<void> missed(UnsettledRow row) {
    MAPISYNC_TRY(presence, look_again(row.row.source_key, row.row.ref));
    if (presence == Presence::absent) return vanished(row.row.source_key);
    return judge_.strike(std::move(row), fail(Errc::missing_delivery, Scope::message, Retry::on_change,
                                              "exported without error, but not delivered"));
  }

  Result<Presence> look_again(const SourceKey& key, const MessageRef& ref) {
    for (int attempt = 0; attempt < 2; ++attempt) {
      ++work_.report.costs.probes;
      auto folder = work_.opener.open();
      if (!folder) break;
      auto presence = folder.value()->probe(key, ref);
      if (presence && presence.value() != Presence::unknown) return presence.value();
      if (!presence && loses_session(presence.error())) work_.opener.lose_session();
    }
    return Presence::unknown;
  }

  Result<void> vanished(const SourceKey& key) {
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    MAPISYNC_TRYV(commit->remove(key, DeletionKind::hard, EventKind::vanished));
    return commit->commit();
  }

  // --- messages with a history ---

  Result<void> retry_next() {
    UnsettledRow row = std::move(list_.retries.front());
    list_.retries.pop_front();
    return retry(std::move(row));
  }

  Result<void> retry(UnsettledRow row) {
    if (row.cls == UnsettledClass::suspected) {
      if (!Judge::half_judged(row)) return try_alone(std::move(row));
      judge_.await_control(std::move(row));
      return success();
    }
    MAPISYNC_TRY(outcome, export_items({item_of(row)}));
    if (outcome.interrupted) return success();
    if (!outcome.reached) return connection_trouble(*outcome.failure);
    if (contains(outcome.delivered, row.row.source_key)) return success();
    if (outcome.done || says_absent(*outcome.failure)) {
      MAPISYNC_TRY(presence, look_again(row.row.source_key, row.row.ref));
      if (presence == Presence::absent) return vanished(row.row.source_key);
    }
    if (row.next_retry && *row.next_retry > run_.env.clock.now() && !run_.options.retry_all_now) {
      return outcome.failure ? after_failure(*outcome.failure, false)
                             : Result<void>(success());  // asked early: as it was
    }
    const Failure failure = outcome.failure ? *outcome.failure
                                            : fail(Errc::missing_delivery, Scope::message, Retry::on_change,
                                                   "exported without error, but not delivered");
    MAPISYNC_TRYV(judge_.keep_condemned(std::move(row), failure));
    return after_failure(failure, false);
  }

  /// What the restriction of the state hides is asked about in every run, as far as the limits allow.
  Result<void> ask_hidden() {
    const SourceKey key = std::move(list_.hidden.front());
    list_.hidden.pop_front();
    MAPISYNC_TRYV(ask(key));
    if (!run_.stopped()) asked_ = key;
    return success();
  }

  Result<void> ask(const SourceKey& key) {
    MAPISYNC_TRY(unsettled, run_.env.store.unsettled_row(work_.id(), key));
    if (unsettled) {
      if (unsettled->cls == UnsettledClass::pending) return success();  // asked for by the planner
      return retry(std::move(*unsettled));
    }
    MAPISYNC_TRY(ledger, run_.env.store.ledger_row(work_.id(), key));
    if (!ledger || ledger->held) return success();
    return ask_healthy(*ledger);
  }

  Result<void> ask_healthy(const LedgerRow& row) {
    MAPISYNC_TRY(outcome, export_items({SelectiveItem{row.ref, row.key}}));
    if (outcome.interrupted) return success();
    if (!outcome.reached) return connection_trouble(*outcome.failure);
    if (contains(outcome.delivered, row.key)) return success();
    MAPISYNC_TRY(presence, look_again(row.key, row.ref));
    if (presence == Presence::absent) return vanished(row.key);
    if (outcome.done) return success();
    UnsettledRow suspect;  // it was healthy and fails now: at a version that nobody has told us
    suspect.row.ref = row.ref;
    suspect.row.source_key = row.key;
    suspect.row.associated = row.associated;
    suspect.row.size = row.size;
    const Failure failure = *outcome.failure;
    MAPISYNC_TRYV(judge_.strike(std::move(suspect), failure));
    return after_failure(failure, false);
  }

  Result<void> run_control() {
    MAPISYNC_TRY(result, controls_.run());
    switch (result) {
      case ControlResult::worked: judge_.note_success(); return success();
      case ControlResult::interrupted:
        end(run_.stopped() ? IsolationEnd::stopped : IsolationEnd::limit);
        return success();
      case ControlResult::none: no_control_ = true; return judge_.suspend_all();
      case ControlResult::all_failed: return server_sick();
    }
    return success();
  }

  /// Nothing that exported before exports now. While there is more to ask for, asking stops here; what is merely
  /// waiting to be judged is put aside.
  Result<void> server_sick() {
    outcome_.controls_failed = true;
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    MAPISYNC_TRYV(commit->finding(FindingKind::server_sick, std::nullopt, Errc::ok,
                                  "no known-good message could be exported: nothing is judged"));
    MAPISYNC_TRYV(commit->commit());
    if (planner_->remaining() == 0 && list_.alone.empty()) return judge_.suspend_all();
    end(IsolationEnd::sick);
    return success();
  }

  // --- trouble that is not about a message ---

  /// Waits where the failure asks for it; a lost session is opened anew by the next call.
  Result<void> after_failure(const Failure& failure, bool progress) {
    if (loses_session(failure)) {
      if (progress) losses_in_row_ = 0;
      return connection_trouble(failure, true);
    }
    if (failure.retry == Retry::later && !progress) wait(failure, 1);
    return success();
  }

  /// `reached`: the server answered before; whether it still does shows when it is asked again, not by waiting.
  Result<void> connection_trouble(const Failure& failure, bool reached = false) {
    ++losses_in_row_;
    if (failure.retry == Retry::never || losses_in_row_ > run_.options.reconnects_max) {
      end(IsolationEnd::failed, failure);
      return success();
    }
    ++work_.report.costs.reconnects;
    if (!reached || failure.wait.count() > 0) wait(failure, losses_in_row_);
    return success();
  }

  void wait(const Failure& failure, std::uint32_t attempt) {
    const Duration pause = backoff(run_.options, attempt, failure.wait);
    work_.report.costs.waited += pause;
    run_.env.clock.wait(pause, run_.stop);
  }

  Result<void> cannot_isolate() {
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    MAPISYNC_TRYV(commit->finding(FindingKind::cannot_isolate, std::nullopt, Errc::unsupported,
                                  "the server offers no export of chosen messages"));
    MAPISYNC_TRYV(commit->commit());
    end(IsolationEnd::failed, fail(Errc::unsupported, Scope::folder, Retry::never,
                                   "the server offers no export of chosen messages; " + work_.label()));
    return success();
  }

  Result<void> remember_frontier() {
    Bytes frontier =
        encode_frontier(planner_->failing_groups(), list_.planned, list_.hidden.empty() ? SourceKey() : asked_);
    if (frontier == work_.checkpoint.frontier) return success();
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    Checkpoint next = work_.checkpoint;
    next.frontier = std::move(frontier);
    MAPISYNC_TRYV(commit->put_checkpoint(next));
    return commit->commit();
  }

  // --- which id a list takes ---

  /// With messages we hold, or else with the first pending ones. A few exports, once per server version: no limit of
  /// calls is allowed to leave this half done for ever.
  Result<void> settle_id_form() {
    if (run_.capabilities.id_form != IdForm::unknown) return success();
    MAPISYNC_TRY(known_good, run_.env.store.recent_ledger_rows(work_.id(), kFormSamples));
    for (const LedgerRow& row : known_good) {
      MAPISYNC_TRY(over, id_form_from({row.ref, row.key}, true));
      if (over) return success();
    }
    const std::size_t samples = std::min<std::size_t>(list_.planned.size(), kFormSamples);
    MAPISYNC_TRY(rows, run_.env.store.pending_rows(work_.id(), std::span(list_.planned).subspan(0, samples)));
    for (const UnsettledRow& row : rows) {
      MAPISYNC_TRY(over, id_form_from(item_of(row), false));
      if (over) return success();
    }
    return success();
  }

  Result<bool> id_form_from(const SelectiveItem& item, bool discard) {
    MAPISYNC_TRY(probe, probe_id_form(work_, item, discard, [this] { return !run_.stopped(); }));
    if (probe.settled) judge_.note_success();
    if (probe.unsupported) {
      run_.capabilities.selective_sync = Known::no;
      MAPISYNC_TRYV(cannot_isolate());
    }
    if (probe.lost) MAPISYNC_TRYV(connection_trouble(*probe.lost));
    return probe.settled || ended_;
  }

  static constexpr std::size_t kFormSamples = 3;
  static constexpr int kThrottledMax = 4;
  static constexpr std::size_t kSuspectsBeforeControl = 5;

  FolderWork& work_;
  SyncRun& run_;
  Judge judge_;
  Controls controls_;
  GroupWatch groups_;
  Worklist list_;
  std::unique_ptr<Planner> planner_;
  std::set<SourceKey> waited_;
  SourceKey asked_;  // the last of the hidden ones that this run asked for
  std::uint64_t alone_left_{UINT64_MAX / 2};
  std::uint64_t retries_left_{0};  // beyond this: when nothing else is left
  std::uint32_t losses_in_row_{0};
  bool repeated_{false};
  bool no_control_{false};
  bool ended_{false};
  IsolationOutcome outcome_;
};

}  // namespace

Result<IsolationOutcome> isolate(FolderWork& work) { return Isolation(work).run(); }

}  // namespace mapisync
