#include "engine/isolation/judge.h"

#include <algorithm>
#include <utility>

namespace mapisync {

namespace {

TroubleKind kind_of(Errc code) {
  switch (code) {
    case Errc::missing_delivery: return TroubleKind::missing_item;
    case Errc::too_big: return TroubleKind::large_item;
    case Errc::no_access: return TroubleKind::access_denied;
    default: return TroubleKind::corrupt_item;
  }
}

std::optional<FindingKind> finding_of(TroubleKind kind) {
  switch (kind) {
    case TroubleKind::missing_item: return FindingKind::missing;
    case TroubleKind::large_item: return FindingKind::too_large;
    case TroubleKind::access_denied: return FindingKind::no_rights;
    default: return std::nullopt;
  }
}

constexpr std::uint32_t kStrikesOfARelapse = 2;

/// Asked for, it ended this process.
constexpr const char* kProcessLostStage = "process lost";

void record(Evidence& evidence, const Failure& failure) {
  evidence.code = failure.errc();
  evidence.raw_code = failure.raw_code;
  evidence.kind = kind_of(evidence.code);
  evidence.stage = "synchronize";
  evidence.detail = failure.context;
}

}  // namespace

void Judge::note_success() {
  ++work_.run.noise.good;
  for (UnsettledRow& row : suspects_) row.evidence.controls = std::max(row.evidence.controls, row.evidence.strikes);
}

void Judge::acquit(const UnsettledRow& row) {
  work_.run.noise.failed += row.cls == UnsettledClass::pending ? row.evidence.strikes : 0;
}

std::size_t Judge::without_control() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(suspects_.begin(), suspects_.end(), [&](const auto& row) { return !ready(row); }));
}

bool Judge::waits_for(const SourceKey& key) const noexcept {
  return std::any_of(suspects_.begin(), suspects_.end(), [&](const auto& row) { return row.row.source_key == key; });
}

Result<void> Judge::strike(UnsettledRow row, const Failure& failure, bool server_lost) {
  ++work_.report.costs.strikes;
  Evidence& evidence = row.evidence;
  record(evidence, failure);
  ++evidence.strikes;
  ++evidence.calls;
  evidence.strikes_needed = strikes_needed(evidence.code, work_.run.noise, work_.run.options.noise_prior);
  if (server_lost) {
    // That a server ends by chance just when one message is asked for is far below one in ten thousand.
    evidence.strikes_needed = std::min(evidence.strikes_needed, LostPlaces::kServerLossesMax);
    evidence.stage = kServerLostStage;
  }
  if (evidence.strikes >= evidence.strikes_needed && evidence.controls >= 1) {
    return condemn(std::move(row), UnsettledClass::quarantined);
  }
  if (relapsed(row) && evidence.strikes >= kStrikesOfARelapse) {
    return condemn(std::move(row), UnsettledClass::suspected);
  }
  // A suspected message is struck in every run until it can be judged: that alone changes nothing that is stored.
  if (row.cls != UnsettledClass::suspected) {
    row.had_verdict = true;  // alone first, should the run end here
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    MAPISYNC_TRY(before, commit->standing(row.row.source_key));
    MAPISYNC_TRYV(commit->put_unsettled(before, row));
    MAPISYNC_TRYV(commit->commit());
  }
  suspects_.push_back(std::move(row));
  return success();
}

/// It was condemned before, and somebody touched it: a message that is touched before every run is judged over several
/// of them, so that it costs each at most two calls. Not where somebody waits for the answer.
bool Judge::relapsed(const UnsettledRow& row) const noexcept {
  return row.cls == UnsettledClass::pending && row.attempts > 0 && !work_.run.options.retry_all_now;
}

Result<void> Judge::put_off_relapsed() {
  std::deque<UnsettledRow> others;
  while (!suspects_.empty()) {
    UnsettledRow row = std::move(suspects_.front());
    suspects_.pop_front();
    if (relapsed(row) && ready(row)) {
      MAPISYNC_TRYV(condemn(std::move(row), UnsettledClass::suspected));
    } else {
      others.push_back(std::move(row));
    }
  }
  suspects_ = std::move(others);
  return success();
}

std::optional<UnsettledRow> Judge::take_ready() {
  const auto found = std::find_if(suspects_.begin(), suspects_.end(), [&](const auto& row) { return ready(row); });
  if (found == suspects_.end()) return std::nullopt;
  UnsettledRow row = std::move(*found);
  suspects_.erase(found);
  return row;
}

Result<void> Judge::condemn(UnsettledRow row, UnsettledClass cls) {
  const Timestamp now = work_.run.env.clock.now();
  MAPISYNC_TRY(commit, FolderCommit::begin(work_));
  MAPISYNC_TRY(before, commit->standing(row.row.source_key));
  const bool known = before.unsettled && before.unsettled->cls == cls;
  row.cls = cls;
  row.had_verdict = true;
  if (!row.first_seen) row.first_seen = now;
  row.last_seen = now;
  ++row.attempts;
  const bool at_once = cls == UnsettledClass::suspected && row.evidence.stage != kProcessLostStage;
  row.next_retry = at_once ? now : now + retry_wait(work_.run.options, row.attempts);
  if (!known) {
    const bool told = cls == UnsettledClass::suspected || (before.unsettled && strikes_put_off(*before.unsettled));
    row.announced = row.announced && told;
    row.run = work_.run.id;
  }
  MAPISYNC_TRYV(commit->put_unsettled(before, row));
  MAPISYNC_TRYV(note_kind(*commit, row));
  MAPISYNC_TRYV(commit->no_finding(FindingKind::sink_rejected, row.row.source_key));
  work_.lost.explained(row.row.source_key);
  if (!known) {
    MAPISYNC_TRYV(commit->event(cls == UnsettledClass::quarantined ? EventKind::quarantined : EventKind::suspected,
                                row.row.source_key, name_of(row.evidence.code)));
  }
  MAPISYNC_TRYV(commit->commit());
  if (known) return success();
  if (cls == UnsettledClass::quarantined) {
    const bool suspected_now =
        before.unsettled && before.unsettled->cls == UnsettledClass::suspected && before.unsettled->run == work_.run.id;
    if (suspected_now && work_.report.new_suspected > 0) --work_.report.new_suspected;
    ++work_.report.new_quarantined;
    ++work_.run.progress.quarantined;
  } else {
    ++work_.report.new_suspected;
  }
  return success();
}

Result<void> Judge::note_kind(FolderCommit& commit, const UnsettledRow& row) {
  const auto kind = finding_of(row.evidence.kind);
  if (!kind) return success();
  return commit.finding(*kind, row.row.source_key, row.evidence.code, row.evidence.detail);
}

Result<void> Judge::put_aside(UnsettledRow row) {
  record(row.evidence,
         fail(Errc::session_lost, Scope::process, Retry::later, "the process ended while it was asked for alone"));
  row.evidence.stage = kProcessLostStage;
  if (row.cls == UnsettledClass::pending || row.cls == UnsettledClass::suspected) {
    return condemn(std::move(row), UnsettledClass::suspected);
  }
  work_.lost.explained(row.row.source_key);
  return put_off(std::move(row));
}

Result<void> Judge::suspend_all() {
  while (!suspects_.empty()) {
    UnsettledRow row = std::move(suspects_.front());
    suspects_.pop_front();
    if (row.cls != UnsettledClass::suspected) {
      MAPISYNC_TRYV(condemn(std::move(row), UnsettledClass::suspected));
    } else if (work_.run.budget.limited() || half_judged(row)) {
      MAPISYNC_TRYV(note_asked(std::move(row)));  // or else as it was
    }
  }
  return success();
}

/// Under a limit the next runs of this round leave it alone, so that the round comes to an end.
Result<void> Judge::note_asked(UnsettledRow row) {
  MAPISYNC_TRY(commit, FolderCommit::begin(work_));
  MAPISYNC_TRY(before, commit->standing(row.row.source_key));
  row.run = work_.run.id;
  row.next_retry = work_.run.env.clock.now();
  MAPISYNC_TRYV(commit->put_unsettled(before, std::move(row)));
  return commit->commit();
}

Result<void> Judge::remember_all() {
  if (suspects_.empty()) return success();
  MAPISYNC_TRY(commit, FolderCommit::begin(work_));
  for (UnsettledRow& row : suspects_) {
    if (row.cls == UnsettledClass::suspected && row.evidence.controls == 0) {
      if (!work_.run.budget.limited()) continue;
      row.next_retry.reset();  // half judged: the next run goes on with the control
    }
    MAPISYNC_TRY(before, commit->standing(row.row.source_key));
    MAPISYNC_TRYV(commit->put_unsettled(before, std::move(row)));
  }
  suspects_.clear();
  return commit->commit();
}

Result<void> Judge::keep_condemned(UnsettledRow row, const Failure& failure, bool server_lost) {
  record(row.evidence, failure);
  if (server_lost) row.evidence.stage = kServerLostStage;
  work_.lost.explained(row.row.source_key);
  return put_off(std::move(row));
}

/// Until time earns the next attempt.
Result<void> Judge::put_off(UnsettledRow row) {
  const Timestamp now = work_.run.env.clock.now();
  ++row.evidence.calls;
  ++row.attempts;
  row.last_seen = now;
  row.next_retry = now + retry_wait(work_.run.options, row.attempts);
  MAPISYNC_TRY(commit, FolderCommit::begin(work_));
  MAPISYNC_TRY(before, commit->standing(row.row.source_key));
  MAPISYNC_TRYV(commit->put_unsettled(before, row));
  MAPISYNC_TRYV(note_kind(*commit, row));
  return commit->commit();
}

}  // namespace mapisync
