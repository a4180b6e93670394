// One message in the contents tables of its folder: whether it is there, and at which version. One thread.
#pragma once

#include <optional>

#include "engine/base/result.h"
#include "engine/model/table_row.h"
#include "providers/mapihttp/client/open_folder.h"

namespace mapisync::mapihttp {

/// Nothing if neither table lists it. Errc::unsupported and others where the server cannot select rows by id.
Result<std::optional<TableRow>> look_up_message(const OpenFolder& folder, const wire::GlobalId& mid,
                                                const CallLimits& limits);

}  // namespace mapisync::mapihttp
