#include "providers/fake/mime/utf8.h"

#include <algorithm>
#include <utility>

namespace mapisync::mime {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_tail(unsigned char c) { return (c & 0xC0U) == 0x80U; }

/// Length of the well-formed sequence at `at`, 0 if there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return 1;
  const std::size_t left = text.size() - at;
  if (first >= 0xC2 && first <= 0xDF) return left >= 2 && is_tail(byte(at + 1)) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (left < 3 || !is_tail(byte(at + 1)) || !is_tail(byte(at + 2))) return 0;
    const unsigned char second = byte(at + 1);
    if (first == 0xE0 && second < 0xA0) return 0;   // overlong
    if (first == 0xED && second >= 0xA0) return 0;  // surrogate
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (left < 4 || !is_tail(byte(at + 1)) || !is_tail(byte(at + 2)) || !is_tail(byte(at + 3))) return 0;
    const unsigned char second = byte(at + 1);
    if (first == 0xF0 && second < 0x90) return 0;
    if (first == 0xF4 && second >= 0x90) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

bool is_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_valid_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string to_valid_utf8(std::string_view text, std::size_t* replaced) {
  std::string out;
  out.reserve(text.size());
  std::size_t bad = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) {
      out += kReplacement;
      ++bad;
      ++at;
    } else {
      out.append(text, at, length);
      at += length;
    }
  }
  if (replaced != nullptr) *replaced = bad;
  return out;
}

std::string cut_utf8(std::string text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && is_tail(static_cast<unsigned char>(text[bytes]))) --bytes;
  text.resize(bytes);
  return text;
}

void append_utf8(std::string& out, char32_t c) {
  const auto push = [&out](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
    out += kReplacement;
  } else if (c < 0x80) {
    push(c);
  } else if (c < 0x800) {
    push(0xC0 | (c >> 6U));
    push(0x80 | (c & 0x3FU));
  } else if (c < 0x10000) {
    push(0xE0 | (c >> 12U));
    push(0x80 | ((c >> 6U) & 0x3FU));
    push(0x80 | (c & 0x3FU));
  } else {
    push(0xF0 | (c >> 18U));
    push(0x80 | ((c >> 12U) & 0x3FU));
    push(0x80 | ((c >> 6U) & 0x3FU));
    push(0x80 | (c & 0x3FU));
  }
}

}  // namespace mapisync::mime
