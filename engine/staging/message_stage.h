// Takes one message piece by piece, as an exporter hands it over, and makes a MessageContent of it.
// Used on the exporter's thread, inside one synchronize call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/ports/change_importer.h"
#include "engine/ports/spool.h"

namespace mapisync {

/// Bounds on what one message may make us hold; beyond them the message fails with Errc::too_big.
struct StageLimits {
  std::uint64_t inline_value_max{256U << 10U};  // larger values go to the spool
  std::uint32_t embedded_depth_max{64};
  std::uint32_t attachments_max{65'536};
  std::uint32_t recipients_max{1'000'000};
  std::uint32_t properties_max{65'536};  // per object
};

/// What staging has in common for a message and everything inside it.
struct StageContext {
  Spool& spool;
  StageLimits limits;
  std::uint64_t bytes{0};                 // of the values taken so far
  std::optional<Failure>* own_failure{};  // where a failure of ours (spool) is remembered
};

/// `on_saved` receives the finished content, once, from save().
std::unique_ptr<StagedMessage> stage_message(std::shared_ptr<StageContext> context,
                                             std::function<Result<void>(MessageContent)> on_saved,
                                             std::uint32_t depth = 0);

}  // namespace mapisync
