// Suspects, strikes, controls and verdicts (design 4.3). Knows the store, asks no server.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "engine/folder_commit.h"
#include "engine/sync_run.h"

namespace mapisync {

class Judge {
 public:
  explicit Judge(FolderWork& work) : work_(work) {}

  /// Struck in a run whose limit came before a control could be tried: due at no time, but next.
  static bool half_judged(const UnsettledRow& row) noexcept {
    return row.cls == UnsettledClass::suspected && !row.next_retry;
  }
  /// Suspected although a control worked: the strikes that are missing were put off.
  static bool strikes_put_off(const UnsettledRow& row) noexcept {
    return row.cls == UnsettledClass::suspected && row.evidence.controls > 0;
  }

  /// An export that worked: a control for everyone who waits for one.
  void note_success();

  /// A failing export of this message alone. Condemns it, or puts it among the suspects. The strike is durable.
  /// `server_lost`: nobody answers any more.
  Result<void> strike(UnsettledRow row, const Failure& failure, bool server_lost = false);
  /// Asked for alone, it took this process with it, twice: suspected, and left alone until time earns an attempt. What
  /// has a verdict keeps it.
  Result<void> put_aside(UnsettledRow row);
  /// It exports after all: its strikes were noise.
  void acquit(const UnsettledRow& row);

  /// A suspect of an earlier run that had no control since its last strike.
  void await_control(UnsettledRow row) { suspects_.push_back(std::move(row)); }
  /// A suspect that may be struck again, a control having worked since its last strike.
  std::optional<UnsettledRow> take_ready();
  bool waiting() const noexcept { return !suspects_.empty(); }
  bool waits_for(const SourceKey& key) const noexcept;
  /// Suspects that wait for a control.
  std::size_t without_control() const noexcept;

  /// No control was to be had: the suspects are put aside as suspected, to be judged in a later run.
  Result<void> suspend_all();
  /// A control was paid for with a call of its own. Suspects that were condemned at an earlier version have cost this
  /// run enough: suspected, and struck again in the next one.
  Result<void> put_off_relapsed();
  /// The run ends: strikes and controls so far stay with the pending rows.
  Result<void> remember_all();

  /// A due attempt on a condemned message failed again.
  Result<void> keep_condemned(UnsettledRow row, const Failure& failure, bool server_lost = false);

 private:
  Result<void> note_asked(UnsettledRow row);
  static bool ready(const UnsettledRow& row) noexcept { return row.evidence.controls >= row.evidence.strikes; }
  bool relapsed(const UnsettledRow& row) const noexcept;
  Result<void> condemn(UnsettledRow row, UnsettledClass cls);
  Result<void> put_off(UnsettledRow row);
  Result<void> note_kind(FolderCommit& commit, const UnsettledRow& row);

  FolderWork& work_;
  std::deque<UnsettledRow> suspects_;
};

}  // namespace mapisync
