// Looks for what a server delivers in the place of content it has lost. Only where the provider knows what that looks
// like at its kind of server: mail may contain anything. Pure.
#pragma once

#include <optional>
#include <string>

#include "engine/model/finding.h"
#include "engine/model/message.h"
#include "engine/ports/capabilities.h"

namespace mapisync {

struct ValueDefect {
  FindingKind kind{};  // truncated or placeholder
  std::string detail;  // property tag and sizes, nothing of the content
};

/// Whether there is anything to look for at this server.
bool checks_values(const Capabilities& capabilities) noexcept;

/// The first defect; none = nothing that this kind of server is known for. A failure is the spool's.
Result<std::optional<ValueDefect>> find_defect(const Capabilities& capabilities, const DeliveredMessage& message);

}  // namespace mapisync
