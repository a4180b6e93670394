#include "engine/isolation/isolator.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "engine/export_driver.h"
#include "engine/folder_commit.h"
#include "engine/isolation/control.h"
#include "engine/isolation/frontier.h"
#include "engine/isolation/group_report.h"
#include "engine/isolation/group_watch.h"
#include "engine/isolation/id_form.h"
#include "engine/isolation/judge.h"
#include "engine/isolation/losses.h"
#include "engine/isolation/planner.h"
#include "engine/isolation/selective_calls.h"
#include "engine/isolation/single_messages.h"
#include "engine/isolation/worklist.h"
#include "engine/isolation/write_ahead.h"

namespace mapisync {

namespace {

class Isolation {
 public:
  explicit Isolation(FolderWork& work)
      : work_(work),
        run_(work.run),
        judge_(work),
        calls_(work, judge_),
        singles_(work, list_, judge_, calls_),
        controls_(work) {}

  Result<IsolationOutcome> run() {
    MAPISYNC_TRYV(load());
    if (list_.empty() || nothing_that_can_be_asked()) {
      MAPISYNC_TRYV(remember_frontier());
      MAPISYNC_TRYV(settle_asking(work_));
    } else if (run_.capabilities.selective_sync == Known::no) {
      MAPISYNC_TRYV(cannot_isolate());
    } else if (must_stop()) {
      MAPISYNC_TRYV(leave_the_server_alone());
    } else {
      MAPISYNC_TRYV(settle_id_form());
      while (!calls_.ended()) MAPISYNC_TRYV(one_step());
      if (calls_.how() != IsolationEnd::disruptive) MAPISYNC_TRYV(conclude());
    }
    return IsolationOutcome{calls_.how(), controls_failed_, groups_failed_, calls_.failure()};
  }

 private:
  // --- what there is to do ---

  Result<void> load() {
    MAPISYNC_TRYV(put_aside_killers(work_, judge_));
    MAPISYNC_TRY(list, load_worklist(work_));
    list_ = std::move(list);
    MAPISYNC_TRYV(forget_settled_places(work_, list_));
    fetched_before_ = work_.report.costs.fetched;
    MAPISYNC_TRYV(plan());
    share_out();
    return success();
  }

  Result<void> plan() {
    MAPISYNC_TRY(withheld, single_out_suspects(work_, list_, judge_, calls_));
    withheld_ = withheld;
    singly_ = work_.lost.blocked();
    lost_at_plan_ = work_.lost.encode();
    const auto failing =
        known_failing(work_.lost, list_.planned, decode_frontier(work_.checkpoint.frontier, list_.planned));
    planner_ = make_planner(run_.options.isolation_method, static_cast<std::uint32_t>(list_.planned.size()), failing,
                            place_of_the_rest());
    return success();
  }

  /// Other messages are under suspicion of taking the server down than when the plan was made.
  bool plan_is_old() const {
    if (!singly_ && !work_.lost.blocked()) return false;
    if (withheld_ > 0 && list_.alone.empty()) return true;
    return singly_ != work_.lost.blocked() || lost_at_plan_ != work_.lost.encode();
  }

  Result<void> plan_again() {
    MAPISYNC_TRYV(remember_frontier());
    list_.alone.clear();
    MAPISYNC_TRYV(load_pending(work_, list_));
    sizes_ = SizeProfile();
    return plan();
  }

  /// Without selective export, what is due to be tried again waits for a pass from nothing.
  bool nothing_that_can_be_asked() const {
    return run_.capabilities.selective_sync == Known::no && list_.planned.empty() && list_.alone.empty() &&
           withheld_ == 0;
  }

  bool must_stop() const { return work_.lost.blocked() && !run_.options.allow_disruptive; }

  Result<void> leave_the_server_alone() {
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    MAPISYNC_TRYV(commit->finding(FindingKind::server_lost, std::nullopt, Errc::session_lost,
                                  "the server was lost twice while the same messages were asked for; sync "
                                  "--allow-disruptive asks for them again, one at a time"));
    MAPISYNC_TRYV(commit->commit());
    calls_.end(IsolationEnd::disruptive);
    return conclude();
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
    list_.alone_share = *left > 1 ? *left / 2 : (odd_run() ? 0 : 1);
    list_.retry_share = static_cast<std::uint64_t>(run_.options.retry_share * static_cast<double>(*left));
  }

  // --- the loop ---

  Result<void> one_step() {
    if (!more_to_do()) {
      calls_.end(IsolationEnd::finished);
      return success();
    }
    if (run_.capabilities.selective_sync == Known::no) return without_selective_export();
    if (must_stop()) return leave_the_server_alone();
    if (!calls_.may_export()) return success();
    if (plan_is_old()) return plan_again();
    if (auto suspect = judge_.take_ready()) return singles_.try_alone(std::move(*suspect));
    if (!list_.alone.empty() && list_.alone_share > 0) {
      --list_.alone_share;
      return singles_.try_next_alone();
    }
    if (!list_.retries.empty() && list_.retry_share > 0) {
      --list_.retry_share;
      return singles_.retry_next();
    }
    // Many failures in a row and nothing that worked: look at the server before asking for more.
    if (judge_.without_control() >= kSuspectsBeforeControl && !no_control_) return run_control();
    MAPISYNC_TRYV(tell_price());
    if (auto batch = planner_->next(list_max())) return try_batch(*batch);
    if (!list_.alone.empty()) return singles_.try_next_alone();
    if (!list_.retries.empty()) return singles_.retry_next();
    if (!list_.hidden.empty()) return singles_.ask_hidden();
    return run_control();
  }

  bool more_to_do() const {
    return planner_->remaining() > 0 || withheld_ > 0 || !list_.alone.empty() || !list_.retries.empty() ||
           !list_.hidden.empty() || judge_.waiting();
  }

  std::uint32_t list_max() const {
    const std::uint32_t provider = run_.capabilities.selective_list_max;
    return provider == 0 ? run_.options.selective_list_max : std::min(provider, run_.options.selective_list_max);
  }

  /// What time is spent on, as far as this run has measured it.
  Result<void> tell_price() {
    const auto price = run_.prices.price();
    if (!price || list_.planned.empty()) return success();
    if (!sizes_.known()) {
      MAPISYNC_TRY(sizes, sample_sizes(work_, list_.planned));
      sizes_ = std::move(sizes);
    }
    const bool pass_kept_something = work_.pass_failed && fetched_before_ > 0;
    planner_->weigh_bytes(sizes_, price->bytes_per_call(), pass_kept_something);
    return success();
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
    const Place place = batch.size == 1 ? Place::of(rows.front().row.source_key, ids.front()) : Place::of(ids);
    MAPISYNC_TRY(outcome, calls_.export_items(std::move(items), planner_->remaining() + list_.alone.size(), place));
    std::set<SourceKey> arrived(outcome.delivered.begin(), outcome.delivered.end());
    MAPISYNC_TRY(settled, settled_ordinals(ids, ordinals, rows, arrived));
    if (outcome.interrupted || !outcome.reached) {
      planner_->repeat({false, settled, std::nullopt});
      if (!outcome.reached) calls_.connection_trouble(*outcome.failure);
      return success();
    }
    if (outcome.done) {
      if (arrived.size() < rows.size()) groups_.explained(batch);
      return batch_succeeded(rows, arrived, settled);
    }
    return batch_failed(batch, rows, outcome, settled, place);
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
        MAPISYNC_TRYV(singles_.missed(std::move(row)));
      } else {
        MAPISYNC_TRYV(left_out(row));
        list_.alone.push_back(std::move(row));
        ++list_.alone_share;
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
                            const std::vector<Ordinal>& settled, const Place& place) {
    const Failure& failure = *outcome.failure;
    if (failure.errc() == Errc::unsupported && run_.capabilities.selective_sync != Known::yes) {
      planner_->repeat({false, settled, std::nullopt});
      run_.capabilities.selective_sync = Known::no;
      return cannot_isolate();
    }
    // A failure that names no message may be noise: the same batch once more, unless this was the last call of the
    // run; the next run would begin with that batch again, and so would every other. Splitting is always safe; only a
    // verdict needs proof.
    const bool again = !is_specific(failure.errc()) && batch.size > 1 && !repeated_ && !run_.budget.exhausted() &&
                       !outcome.server_lost;
    repeated_ = again;
    BatchOutcome told{false, settled, begun_ordinal(batch, rows, outcome)};
    if (again) {
      planner_->repeat(told);
    } else {
      planner_->feed(told);
      if (rows.size() > 1) {
        remember_group(batch, rows, failure, place);
      } else {
        groups_.explained(batch);
      }
      // A batch of one is judged here and now; one that was left of a larger batch is asked for alone first.
      // What arrived all the same is no suspect.
      const bool single = batch.size == 1 && !rows.empty() && settled.empty();
      if (single) MAPISYNC_TRYV(singles_.failed_alone(std::move(rows.front()), outcome));
    }
    calls_.after_failure(failure, !outcome.delivered.empty());
    return success();
  }

  /// The message that the server had begun and not finished, by its place in the plan.
  std::optional<Ordinal> begun_ordinal(const PlannedBatch& batch, const std::vector<UnsettledRow>& rows,
                                       const ExportOutcome& outcome) const {
    if (!outcome.begun || rows.size() != batch.size) return std::nullopt;
    std::size_t row = 0;
    for (const Interval& interval : batch.intervals) {
      for (std::uint32_t i = 0; i < interval.count; ++i) {
        if (rows[row++].row.source_key == *outcome.begun) return interval.first + i;
      }
    }
    return std::nullopt;
  }

  /// Only a failure that a message may cause says anything of a group; splitting the others costs nothing but calls.
  void remember_group(const PlannedBatch& batch, const std::vector<UnsettledRow>& rows, const Failure& failure,
                      const Place& place) {
    if (!is_specific(failure.errc())) return;
    FailedGroup group{batch, {}, failure.errc(), place};
    if (rows.size() <= GroupWatch::kItemsMax) {
      for (const UnsettledRow& row : rows) group.items.push_back(item_of(row));
    }
    groups_.failed(std::move(group));
  }

  Result<void> run_control() {
    MAPISYNC_TRY(result, controls_.run());
    switch (result) {
      case ControlResult::worked:
        calls_.note_alive();
        judge_.note_success();
        return judge_.put_off_relapsed();
      case ControlResult::interrupted:
        if (run_.capabilities.selective_sync == Known::no) return without_selective_export();
        calls_.end(run_.stopped() ? IsolationEnd::stopped : IsolationEnd::limit);
        return success();
      case ControlResult::none: no_control_ = true; return judge_.suspend_all();
      case ControlResult::all_failed: return server_sick();
    }
    return success();
  }

  /// Nothing that exported before exports now. While there is more to ask for, asking stops here; what is merely
  /// waiting to be judged is put aside.
  Result<void> server_sick() {
    controls_failed_ = true;
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    MAPISYNC_TRYV(commit->finding(FindingKind::server_sick, std::nullopt, Errc::ok,
                                  "no known-good message could be exported: nothing is judged"));
    MAPISYNC_TRYV(commit->commit());
    if (planner_->remaining() == 0 && list_.alone.empty()) return judge_.suspend_all();
    calls_.end(IsolationEnd::sick);
    return success();
  }

  Result<void> conclude() {
    if (calls_.how() == IsolationEnd::finished) {
      MAPISYNC_TRY(told, tell_of_groups(work_, groups_.take()));
      groups_failed_ = told;
    }
    MAPISYNC_TRYV(judge_.remember_all());
    MAPISYNC_TRYV(remember_frontier());
    return settle_asking(work_);
  }

  /// As a call has just shown.
  Result<void> without_selective_export() {
    if (!nothing_that_can_be_asked()) return cannot_isolate();
    calls_.end(IsolationEnd::finished);
    return success();
  }

  Result<void> cannot_isolate() {
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    MAPISYNC_TRYV(commit->finding(FindingKind::cannot_isolate, std::nullopt, Errc::unsupported,
                                  "the server offers no export of chosen messages"));
    MAPISYNC_TRYV(commit->commit());
    calls_.end(IsolationEnd::failed, fail(Errc::unsupported, Scope::folder, Retry::never,
                                          "the server offers no export of chosen messages; " + work_.label()));
    return success();
  }

  Result<void> remember_frontier() {
    Bytes frontier = encode_frontier(planner_->failing_groups(), list_.planned,
                                     list_.hidden.empty() ? SourceKey() : singles_.asked());
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
    MAPISYNC_TRY(over, id_form_from_any_of(list_.alone));
    if (!over) MAPISYNC_TRYV(id_form_from_any_of(list_.retries));
    return success();
  }

  /// Who is set aside may be sound, and have failed only because it was asked for in the wrong form.
  Result<bool> id_form_from_any_of(std::deque<UnsettledRow>& rows) {
    for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), kFormSamples); ++i) {
      MAPISYNC_TRY(over, id_form_from(item_of(rows[i]), false));
      if (!over) continue;
      if (!calls_.ended()) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(i));  // it has arrived
      return true;
    }
    return false;
  }

  Result<bool> id_form_from(const SelectiveItem& item, bool discard) {
    MAPISYNC_TRY(probe, probe_id_form(work_, item, discard, [this] { return !run_.stopped(); }));
    if (probe.settled) judge_.note_success();
    if (probe.unsupported) {
      run_.capabilities.selective_sync = Known::no;
      MAPISYNC_TRYV(cannot_isolate());
    }
    if (probe.lost) calls_.connection_trouble(*probe.lost);
    return probe.settled || calls_.ended();
  }

  static constexpr std::size_t kFormSamples = 3;
  static constexpr std::size_t kSuspectsBeforeControl = 5;

  FolderWork& work_;
  SyncRun& run_;
  Worklist list_;
  Judge judge_;
  SelectiveCalls calls_;
  SingleMessages singles_;
  Controls controls_;
  GroupWatch groups_;
  std::unique_ptr<Planner> planner_;
  std::uint64_t withheld_{0};  // suspects of a loss of the server that are not in the plan yet
  bool singly_{false};         // it was made while there were such suspects
  Bytes lost_at_plan_;         // what was known when it was made
  SizeProfile sizes_;          // of what is planned; read once, when there is a price
  std::uint64_t fetched_before_{0};
  bool repeated_{false};
  bool no_control_{false};
  bool controls_failed_{false};
  bool groups_failed_{false};
};

}  // namespace

Result<IsolationOutcome> isolate(FolderWork& work) { return Isolation(work).run(); }

}  // namespace mapisync
