// One message in the contents tables of its folder: whether it is there, and at which version. One thread.
#pragma once

#include <optional>

#include "engine/base/result.h"
#include "providers/mapihttp/client/open_folder.h"

namespace mapisync::mapihttp {

struct ListedMessage {
  wire::GlobalId change_number;  // none() where the table does not tell
  bool associated{false};
};

/// Nothing if neither table lists it. Errc::unsupported and others where the server cannot select rows by id.
Result<std::optional<ListedMessage>> look_up_message(const OpenFolder& folder, const wire::GlobalId& mid,
                                                     const CallLimits& limits);

}  // namespace mapisync::mapihttp
