// One export of one folder (IExchangeExportChanges, IExchangeExportChanges3). [mapi-ics 1.2, 5, 6]
// One caller at a time; released before its Folder. A configured exporter is used for one run and never revived
// after a failure: errors are sticky, the caller opens another one.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/model/ids.h"
#include "engine/model/property.h"
#include "engine/model/sync_state.h"
#include "engine/ports/capabilities.h"
#include "engine/ports/change_importer.h"
#include "engine/ports/stop.h"

namespace mapisync {

/// SYNC_* of EdkMdb.h, same values. [mapi-ics 2.1]
namespace sync_flag {
inline constexpr std::uint32_t kUnicode = 0x1, kNoDeletions = 0x2, kNoSoftDeletions = 0x4, kReadState = 0x8,
                               kAssociated = 0x10, kNormal = 0x20, kOnlySpecifiedProps = 0x80, kNoForeignKeys = 0x100,
                               kCatchUp = 0x400, kMsgSelective = 0x1000, kBestBody = 0x2000, kFxRecoverMode = 0x10000;
}

struct ConfigOptions {
  SyncState state;  // empty = from the beginning
  std::uint32_t flags{0};
  std::vector<SourceKey> excluded;   // restriction: everything but these; empty = no restriction
  std::vector<PropertyTag> include;  // empty = provider's default
  std::vector<PropertyTag> exclude;
  std::uint32_t buffer_size{0};     // the provider's unit; 0 = its default
  IdForm id_form{IdForm::unknown};  // for selective lists; unknown = the provider's own choice
};

/// A message to be exported by a selective run.
struct SelectiveItem {
  MessageRef ref;
  SourceKey key;
};

struct StepResult {
  bool done{false};        // false: call again (SYNC_W_PROGRESS)
  std::uint64_t steps{0};  // total and done so far; both are estimates and may be 0
  std::uint64_t progress{0};
};

class Exporter {
 public:
  virtual ~Exporter() = default;

  /// An ordinary incremental run. `importer` is borrowed until this object is destroyed. Fails with
  /// Errc::state_rejected for a state it cannot use, Errc::unknown_flags for flags it does not know,
  /// Errc::unsupported for catch-up, restriction or property lists it does not offer.
  virtual Result<void> config(const ConfigOptions& options, ChangeImporter& importer) = 0;

  /// A run over just these messages: no deletions, no read states. Ids that no longer exist are left out in silence.
  /// options.state and options.excluded are ignored. `items` is copied. Errc::unsupported if there is no such thing.
  virtual Result<void> config_for_selective_sync(const ConfigOptions& options, std::span<const SelectiveItem> items,
                                                 ChangeImporter& importer) = 0;

  /// One small step. After a failure the object can only be destroyed. `deadline` bounds the step where the
  /// provider is interruptible; reaching it is Errc::timeout. A stop makes it return early with done = false.
  virtual Result<StepResult> synchronize(const StopFlag& stop, std::optional<Duration> deadline) = 0;

  /// The state that belongs to what was delivered so far. Origin opaque: meaningful only after done. Origin composed
  /// (Capabilities::composed_state): also between two steps, and covers exactly the messages saved so far.
  virtual Result<SyncState> update_state() = 0;
};

}  // namespace mapisync
