// JSON as all commands write it: valid UTF-8, harmless on a terminal, numbers that every reader keeps exactly.
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/failure.h"
#include "engine/base/time.h"

namespace mapisync::cli {

/// Keys in the order they were written.
using Json = nlohmann::ordered_json;

/// A number below 2^53, else its digits as a string.
Json number(std::uint64_t value);
/// ISO 8601 UTC, or null.
Json time_or_null(const std::optional<Timestamp>& time);
/// Valid UTF-8, or null where empty.
Json text_or_null(std::string_view text);
Json to_json(const Failure& failure);

std::string dump_pretty(const Json& json);  // ends with a line end
std::string dump_line(const Json& json);    // one line, ends with a line end

}  // namespace mapisync::cli
