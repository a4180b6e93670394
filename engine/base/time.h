// Points in time as the product stores and prints them: UTC, microseconds.
#pragma once

#include <chrono>
#include <string>

namespace mapisync {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

/// "2026-11-21T09:30:00Z"; fractions of a second appear only where they are not zero.
std::string to_iso8601(Timestamp time);

}  // namespace mapisync
