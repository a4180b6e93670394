#include "tools/mapisync/safe_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace mapisync::cli {

namespace {

struct CodePoint {
  char32_t value{0};
  std::size_t length{0};  // bytes; 0 = the byte at the start is no UTF-8
};

/// The length that the first byte announces and the bits it carries; 0 for a byte that cannot be first.
CodePoint first_byte(unsigned char byte) {
  if (byte < 0x80) return {byte, 1};
  if (byte >= 0xC2 && byte < 0xE0) return {static_cast<char32_t>(byte & 0x1FU), 2};
  if (byte >= 0xE0 && byte < 0xF0) return {static_cast<char32_t>(byte & 0x0FU), 3};
  if (byte >= 0xF0 && byte < 0xF5) return {static_cast<char32_t>(byte & 0x07U), 4};
  return {};
}

CodePoint decode(std::string_view text, std::size_t at) {
  CodePoint point = first_byte(static_cast<unsigned char>(text[at]));
  if (point.length == 0 || at + point.length > text.size()) return {};
  for (std::size_t i = 1; i < point.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if ((byte & 0xC0U) != 0x80U) return {};
    point.value = (point.value << 6U) | (byte & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (point.value < kSmallest[point.length] || point.value > 0x10FFFF) return {};
  if (point.value >= 0xD800 && point.value <= 0xDFFF) return {};
  return point;
}

struct Range {
  char32_t first, last;
};

template <std::size_t N>
bool in_ranges(const std::array<Range, N>& ranges, char32_t value) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [value](Range range) { return value >= range.first && value <= range.last; });
}

/// Controls, bidirectional controls, and characters that show nothing but change what is shown.
bool hostile(char32_t value) {
  constexpr std::array<Range, 11> kHostile{{{0x00, 0x1F},
                                            {0x7F, 0x9F},
                                            {0x061C, 0x061C},
                                            {0x180E, 0x180E},
                                            {0x200B, 0x200F},
                                            {0x2028, 0x202E},
                                            {0x2060, 0x206F},
                                            {0xFEFF, 0xFEFF},
                                            {0xFFF9, 0xFFFB},
                                            {0xE0000, 0xE007F},
                                            {0xFFFFE, 0xFFFFF}}};
  return in_ranges(kHostile, value);
}

std::size_t cells(char32_t value) {
  constexpr std::array<Range, 7> kNone{{{0x0300, 0x036F},
                                        {0x0483, 0x0489},
                                        {0x0591, 0x05BD},
                                        {0x064B, 0x065F},
                                        {0x1AB0, 0x1AFF},
                                        {0x20D0, 0x20FF},
                                        {0xFE00, 0xFE0F}}};
  constexpr std::array<Range, 9> kTwo{{{0x1100, 0x115F},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0xA4CF},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},
                                       {0x1F300, 0x1FAFF},
                                       {0x20000, 0x3FFFD}}};
  if (in_ranges(kNone, value)) return 0;
  return in_ranges(kTwo, value) ? 2 : 1;
}

void append_escaped(std::string& out, char32_t value) {
  switch (value) {
    case U'\n': out += "\\n"; return;
    case U'\r': out += "\\r"; return;
    case U'\t': out += "\\t"; return;
    default: break;
  }
  std::array<char, 16> buffer{};
  const char* format = value < 0x100 ? "\\x%02x" : "\\u{%04x}";
  std::snprintf(buffer.data(), buffer.size(), format, static_cast<unsigned>(value));
  out += buffer.data();
}

void append_json_escape(std::string& out, char32_t value) {
  std::array<char, 16> buffer{};
  if (value < 0x10000) {
    std::snprintf(buffer.data(), buffer.size(), "\\u%04x", static_cast<unsigned>(value));
  } else {
    const auto rest = static_cast<unsigned>(value - 0x10000);
    std::snprintf(buffer.data(), buffer.size(), "\\u%04x\\u%04x", 0xD800U + (rest >> 10U), 0xDC00U + (rest & 0x3FFU));
  }
  out += buffer.data();
}

}  // namespace

std::string for_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode(text, at);
    if (point.length == 0) {
      append_escaped(out, static_cast<unsigned char>(text[at]));
      ++at;
      continue;
    }
    if (hostile(point.value)) {
      append_escaped(out, point.value);
    } else {
      out += text.substr(at, point.length);
    }
    at += point.length;
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode(text, at);
    width += point.length == 0 ? 1 : cells(point.value);
    at += std::max<std::size_t>(point.length, 1);
  }
  return width;
}

std::string in_columns(std::string_view text, std::size_t columns) {
  std::string safe = for_terminal(text);
  const std::size_t width = display_width(safe);
  if (width <= columns) return safe + std::string(columns - width, ' ');
  const std::size_t room = columns > 3 ? columns - 3 : 0;
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < safe.size()) {
    const CodePoint point = decode(safe, at);
    if (used + cells(point.value) > room) break;
    used += cells(point.value);
    at += std::max<std::size_t>(point.length, 1);
  }
  safe.resize(at);
  return safe + std::string(std::min<std::size_t>(columns, 3), '.') + std::string(room - used, ' ');
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode(text, at);
    if (point.length == 0) {
      out += "\xEF\xBF\xBD";
      ++at;
    } else {
      out += text.substr(at, point.length);
      at += point.length;
    }
  }
  return out;
}

std::string csv_field(std::string_view text) {
  std::string safe = for_terminal(text);
  if (!safe.empty() && std::string_view("=+-@").find(safe.front()) != std::string_view::npos) safe.insert(0, 1, '\'');
  if (safe.find_first_of("\",; ") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string harmless_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    const CodePoint point = decode(json, at);
    const bool layout = point.value == U'\n' && point.length == 1;
    if (point.length == 0) {
      out += "\\ufffd";
    } else if (hostile(point.value) && !layout) {
      append_json_escape(out, point.value);
    } else {
      out += json.substr(at, point.length);
    }
    at += std::max<std::size_t>(point.length, 1);
  }
  return out;
}

}  // namespace mapisync::cli
