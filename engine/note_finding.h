// A finding enters the store, and the events the first time. One unit of work.
#pragma once

#include "engine/model/finding.h"
#include "engine/ports/store.h"

namespace mapisync {

/// Fails as the store does.
Result<void> note_finding(UnitOfWork& unit, const Finding& finding);

}  // namespace mapisync
