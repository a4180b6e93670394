#include "providers/mapi/text_codec.h"

#include <array>

namespace mapisync::mapi {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

void put(char32_t c, std::string& out) {
  const auto byte = [&](char32_t value) { out.push_back(static_cast<char>(value)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6));
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3F));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

constexpr bool is_high(char16_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low(char16_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// 0x80 to 0x9F of Windows-1252; the rest is Latin-1. The five that it leaves undefined stay control characters.
constexpr std::array<char16_t, 32> kWindows1252 = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                   0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                                   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                   0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

// One character off the front of `text`.
char32_t take(std::string_view& text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  char32_t c = length <= 1 ? first : first & (0x7FU >> length);
  bool whole = length != 0 && length <= text.size();
  for (std::size_t i = 1; whole && i < length; ++i) {
    whole = (at(i) & 0xC0U) == 0x80U;
    c = (c << 6) | (at(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  whole = whole && c >= kLeast[length] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
  text.remove_prefix(whole ? length : 1);
  return whole ? c : kReplacement;
}

}  // namespace

void Utf16Decoder::unit(char16_t unit, std::string& utf8) {
  if (high_ != 0) {
    const char16_t high = high_;
    high_ = 0;
    if (is_low(unit)) {
      put(0x10000 + ((static_cast<char32_t>(high) - 0xD800) << 10) + (unit - 0xDC00), utf8);
      return;
    }
    put(kReplacement, utf8);
  }
  if (is_high(unit)) {
    high_ = unit;
  } else {
    put(is_low(unit) ? kReplacement : unit, utf8);
  }
}

void Utf16Decoder::append(BytesView utf16, std::string& utf8) {
  utf8.reserve(utf8.size() + utf16.size() / 2);
  for (const char c : utf16) {
    const auto byte = static_cast<unsigned char>(c);
    if (!half_) {
      half_ = byte;
      continue;
    }
    unit(static_cast<char16_t>(*half_ | (byte << 8)), utf8);
    half_.reset();
  }
}

void Utf16Decoder::finish(std::string& utf8) {
  if (half_ || high_ != 0) put(kReplacement, utf8);
  half_.reset();
  high_ = 0;
}

std::string utf8_of(std::u16string_view utf16) {
  std::string out;
  Utf16Decoder decoder;
  decoder.append(BytesView(reinterpret_cast<const char*>(utf16.data()), utf16.size() * sizeof(char16_t)), out);
  decoder.finish(out);
  return out;
}

std::u16string utf16_of(std::string_view utf8) {
  std::u16string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    const char32_t c = take(utf8);
    if (c < 0x10000) {
      out.push_back(static_cast<char16_t>(c));
    } else {
      out.push_back(static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)));
      out.push_back(static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF)));
    }
  }
  return out;
}

std::string utf8_of_ansi(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    put(byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80U] : byte, out);
  }
  return out;
}

}  // namespace mapisync::mapi
