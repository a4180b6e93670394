// The selective exports of one isolation: waits where the server asks for it, opens lost sessions anew so often and no
// more, and knows how the isolation ends. Judges no message.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "engine/export_driver.h"
#include "engine/isolation/isolator.h"
#include "engine/isolation/judge.h"
#include "engine/isolation/place.h"
#include "engine/sync_run.h"

namespace mapisync {

/// One isolation's; not shared between threads. The work and the judge must outlive it.
class SelectiveCalls {
 public:
  SelectiveCalls(FolderWork& work, Judge& judge) : work_(work), run_(work.run), judge_(judge) {}

  /// Whether another export may start. The first one of a run always may, so that every run gets further.
  bool may_export();
  /// `left`: messages still to be asked for, as progress tells it. A throttled server is waited for as long as it says;
  /// that says nothing about the messages. An export that works is a control for all who wait for one. `place`: the
  /// same messages, as they are written down beforehand.
  Result<ExportOutcome> export_items(std::vector<SelectiveItem> items, std::uint64_t left, const Place& place);
  /// One message alone; at a stated rate where the server was lost before.
  Result<ExportOutcome> export_one(const SelectiveItem& item);
  /// Messages that are asked for alone and whose number is known.
  void know(const SourceKey& key, PendingId id) { ids_.emplace(key, id); }

  /// A second look at one message, by another way than an export. unknown where the server does not say.
  Result<Presence> look_again(const SourceKey& key, const MessageRef& ref);

  /// After an export that failed: waits where the failure asks for it; a lost session is opened anew by the next call.
  /// `progress`: it delivered something all the same.
  void after_failure(const Failure& failure, bool progress);
  /// The server has answered.
  void note_alive() noexcept { losses_in_row_ = 0; }
  /// The session is lost, or could not be opened. `reached`: the server answered before; whether it still does shows
  /// when it is asked again, not by waiting.
  void connection_trouble(const Failure& failure, bool reached = false);

  void end(IsolationEnd how, std::optional<Failure> failure = std::nullopt);
  bool ended() const noexcept { return how_.has_value(); }
  IsolationEnd how() const noexcept { return how_.value_or(IsolationEnd::finished); }
  const std::optional<Failure>& failure() const noexcept { return failure_; }

 private:
  void wait(const Failure& failure, std::uint32_t attempt);
  void keep_the_rate();

  FolderWork& work_;
  SyncRun& run_;
  Judge& judge_;
  std::map<SourceKey, PendingId> ids_;  // bounded by who fills it
  bool asked_alone_{false};             // at a place where the server was lost
  std::uint32_t losses_in_row_{0};
  std::optional<IsolationEnd> how_;
  std::optional<Failure> failure_;
};

}  // namespace mapisync
