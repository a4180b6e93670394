#include "tools/mapisync/units.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

namespace mapisync::cli {

namespace {

Failure bad(std::string_view text, std::string_view wanted) {
  return fail(Errc::invalid_argument, Scope::process, Retry::never,
              "'" + std::string(text) + "' is no " + std::string(wanted));
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// Digits at the front of `text`, which is shortened by them.
bool take_number(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool multiply(std::uint64_t& value, std::uint64_t factor) {
  if (factor != 0 && value > std::numeric_limits<std::uint64_t>::max() / factor) return false;
  value *= factor;
  return true;
}

struct Unit {
  const char* name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 12> kDurations{{{"ms", 1'000},
                                           {"s", 1'000'000},
                                           {"sec", 1'000'000},
                                           {"m", 60'000'000},
                                           {"min", 60'000'000},
                                           {"h", 3'600'000'000},
                                           {"hour", 3'600'000'000},
                                           {"hours", 3'600'000'000},
                                           {"d", 86'400'000'000},
                                           {"day", 86'400'000'000},
                                           {"days", 86'400'000'000},
                                           {"w", 604'800'000'000}}};

constexpr std::array<Unit, 14> kSizes{{{"", 1},
                                       {"b", 1},
                                       {"k", 1'000},
                                       {"kb", 1'000},
                                       {"kib", 1ULL << 10U},
                                       {"m", 1'000'000},
                                       {"mb", 1'000'000},
                                       {"mib", 1ULL << 20U},
                                       {"g", 1'000'000'000},
                                       {"gb", 1'000'000'000},
                                       {"gib", 1ULL << 30U},
                                       {"t", 1'000'000'000'000},
                                       {"tb", 1'000'000'000'000},
                                       {"tib", 1ULL << 40U}}};

template <std::size_t N>
const Unit* find_unit(const std::array<Unit, N>& units, std::string_view name) {
  for (const Unit& unit : units) {
    if (name == unit.name) return &unit;
  }
  return nullptr;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  constexpr std::string_view kWanted = "duration; write for example 90s, 5m, 2h or 1h30m";
  constexpr std::uint64_t kLongest = 10ULL * 366 * 86'400'000'000;
  const std::string lowered = lower(text);
  std::string_view rest = lowered;
  std::uint64_t total = 0;
  if (rest.empty()) return bad(text, kWanted);
  while (!rest.empty()) {
    std::uint64_t number = 0;
    if (!take_number(rest, number)) return bad(text, kWanted);
    std::size_t letters = 0;
    while (letters < rest.size() && std::isalpha(static_cast<unsigned char>(rest[letters])) != 0) ++letters;
    const Unit* unit = find_unit(kDurations, rest.substr(0, letters));
    if (unit == nullptr || !multiply(number, unit->factor)) return bad(text, kWanted);
    rest.remove_prefix(letters);
    if (number > kLongest || total > kLongest - number) return bad(text, "duration of at most ten years");
    total += number;
  }
  if (total == 0) return bad(text, "duration above zero");
  return Duration(static_cast<std::int64_t>(total));
}

Result<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::string_view kWanted = "size; write for example 65536, 64k, 100MB or 2GiB";
  const std::string lowered = lower(text);
  std::string_view rest = lowered;
  std::uint64_t number = 0;
  if (!take_number(rest, number)) return bad(text, kWanted);
  const Unit* unit = find_unit(kSizes, rest);
  if (unit == nullptr) return bad(text, kWanted);
  if (!multiply(number, unit->factor)) return bad(text, "size below 16 EiB");
  if (number == 0) return bad(text, "size above zero");
  return number;
}

Result<std::uint64_t> parse_count(std::string_view text) {
  std::string_view rest = text;
  std::uint64_t number = 0;
  if (!take_number(rest, number) || !rest.empty() || number == 0) return bad(text, "whole number above zero");
  return number;
}

std::string format_duration(Duration duration) {
  const double seconds = static_cast<double>(duration.count()) / 1e6;
  std::array<char, 64> buffer{};
  if (seconds < 0.9995) {
    std::snprintf(buffer.data(), buffer.size(), "%.0f ms", seconds * 1e3);
  } else if (seconds < 59.95) {
    std::snprintf(buffer.data(), buffer.size(), "%.1f s", seconds);
  } else {
    const auto whole = std::llround(seconds);
    if (whole < 3'600) {
      std::snprintf(buffer.data(), buffer.size(), "%lld min %02lld s", whole / 60, whole % 60);
    } else {
      std::snprintf(buffer.data(), buffer.size(), "%lld h %02lld min", whole / 3'600, whole % 3'600 / 60);
    }
  }
  return buffer.data();
}

std::string format_size(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> kNames{"B", "kB", "MB", "GB", "TB", "PB"};
  auto value = static_cast<double>(bytes);
  std::size_t step = 0;
  while (value >= 999.5 && step + 1 < kNames.size()) {
    value /= 1'000;
    ++step;
  }
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), step == 0 || value >= 99.95 ? "%.0f %s" : "%.1f %s", value, kNames[step]);
  return buffer.data();
}

std::string format_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return format_count(count) + ' ' + std::string(count == 1 ? singular : plural);
}

}  // namespace mapisync::cli
