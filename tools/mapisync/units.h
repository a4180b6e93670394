// Durations, sizes and counts as people write and read them.
// Pure functions; any thread. Errors: Errc::invalid_argument with a sentence that says what would be right.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace mapisync::cli {

/// "90s", "5m", "2h", "1d", "500ms", also joined: "1h30m". A unit is required. At most ten years.
Result<Duration> parse_duration(std::string_view text);

/// Bytes: "65536", "64k", "100MB" (thousands), "64KiB", "2GiB" (1024s). Letters in any case.
Result<std::uint64_t> parse_size(std::string_view text);

/// A whole number, at least 1.
Result<std::uint64_t> parse_count(std::string_view text);

std::string format_duration(Duration duration);  // "850 ms", "12.3 s", "4 min 05 s", "2 h 13 min"
std::string format_size(std::uint64_t bytes);    // "812 B", "3.4 MB"
std::string format_count(std::uint64_t count);   // "12,345"
/// "1 message", "12,345 messages"
std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural);

}  // namespace mapisync::cli
