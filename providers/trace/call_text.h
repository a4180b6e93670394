// A question in words, for people who look at a divergence. Values; any thread.
#pragma once

#include <string>

#include "engine/base/bytes.h"
#include "providers/trace/format.h"

namespace mapisync::trace {

/// "probe a message (3f2a90c1, #7)". Keys appear as digests, as in log lines. Never fails: arguments that do not parse
/// are said to be unreadable.
std::string call_text(Op op, std::uint64_t object, BytesView arguments);

/// In what two questions of the same kind differ, where that is worth a word: "message 17 of the list is another one".
std::string difference_text(Op op, BytesView asked, BytesView recorded);

}  // namespace mapisync::trace
