// Messages that are asked for one at a time: suspects, due retries of the quarantine, and what a restriction of the
// state hides. What a single export says of its message goes to the judge; what is gone leaves the ledger.
#pragma once

#include <set>

#include "engine/isolation/judge.h"
#include "engine/isolation/selective_calls.h"
#include "engine/isolation/worklist.h"
#include "engine/sync_run.h"

namespace mapisync {

SelectiveItem item_of(const UnsettledRow& row);

/// One isolation's; not shared between threads. All that it is made of must outlive it.
class SingleMessages {
 public:
  SingleMessages(FolderWork& work, Worklist& list, Judge& judge, SelectiveCalls& calls)
      : work_(work), run_(work.run), list_(list), judge_(judge), calls_(calls) {}

  /// Exports a pending or suspected message. Where the call was never made, it is back at the head of the list.
  Result<void> try_alone(UnsettledRow row);
  /// The head of the list; strikes of an earlier run wait for a control first.
  Result<void> try_next_alone();
  Result<void> retry_next();
  /// What the restriction of the state hides is asked about in every run, as far as the limits allow.
  Result<void> ask_hidden();
  /// The last of the hidden ones that this run asked for.
  const SourceKey& asked() const noexcept { return asked_; }

  /// An export of this message alone failed.
  Result<void> failed_alone(UnsettledRow row, const ExportOutcome& outcome);
  /// The call went well and the message did not come: gone, or never to be had.
  Result<void> missed(UnsettledRow row);

 private:
  Result<void> retry(UnsettledRow row);
  Result<void> ask(const SourceKey& key);
  Result<void> ask_healthy(const LedgerRow& row);
  Result<bool> gone(const SourceKey& key, const MessageRef& ref);
  Result<void> vanished(const SourceKey& key);

  FolderWork& work_;
  SyncRun& run_;
  Worklist& list_;
  Judge& judge_;
  SelectiveCalls& calls_;
  std::set<SourceKey> waited_;
  SourceKey asked_;
};

}  // namespace mapisync
