// One mailbox, one run: identity, hierarchy, every folder of the chosen root, totals. The entry of the library.
// One thread per object. Everything passed in is borrowed and outlives it.
#pragma once

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/ports/change_sink.h"
#include "engine/ports/clock.h"
#include "engine/ports/progress.h"
#include "engine/ports/provider.h"
#include "engine/ports/spool.h"
#include "engine/ports/stop.h"
#include "engine/ports/store.h"
#include "engine/sync_options.h"
#include "engine/sync_report.h"

namespace mapisync {

/// What a run works with.
struct SyncEnvironment {
  Provider& provider;
  Store& store;
  ChangeSink& sink;
  Clock& clock;
  Random& random;
  Spool& spool;
  Progress* progress{nullptr};  // may be null
  Log log;
};

class MailboxSync {
 public:
  MailboxSync(SyncEnvironment environment, SyncOptions options);

  /// One run. A failure means that nothing could be done at all, or that the local side (store, sink) failed; whatever
  /// was committed before stays valid. Trouble with single folders or messages is in the report.
  Result<SyncReport> run(const StopFlag& stop);

 private:
  SyncEnvironment environment_;
  SyncOptions options_;
};

}  // namespace mapisync
