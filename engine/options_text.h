// The options of a run as text, one "name=value" a line, so that the same run can be made again elsewhere and later.
// Values; any thread.
#pragma once

#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/sync_options.h"

namespace mapisync {

/// Every option, the ones that have their default included: a default may change, what was decided by it does not.
std::string to_text(const SyncOptions& options);

/// Accepts what to_text makes; an option that is not named keeps its default. Errc::malformed for anything else: one
/// that this version does not know may have decided something.
Result<SyncOptions> options_from_text(const std::string& text);

}  // namespace mapisync
