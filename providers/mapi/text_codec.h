// UTF-16, as MAPI has it, and UTF-8, as the ports have it. What is no text becomes U+FFFD. Values; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "providers/mapi/abi_types.h"

namespace mapisync::mapi {

/// Takes little-endian UTF-16 in pieces that may end anywhere, in the middle of a unit or of a pair.
class Utf16Decoder {
 public:
  void append(BytesView utf16, std::string& utf8);
  void finish(std::string& utf8);

 private:
  void unit(char16_t unit, std::string& utf8);
  std::optional<unsigned char> half_;  // first byte of a unit
  char16_t high_{0};                   // first unit of a pair
};

std::string utf8_of(std::u16string_view utf16);
std::u16string utf16_of(std::string_view utf8);
/// PT_STRING8: Windows-1252, of which ASCII is a part. The store's own code page is not known here.
std::string utf8_of_ansi(std::string_view text);

/// Units before the closing NUL; nullopt if there is none within `max`.
template <class Unit>
std::optional<std::size_t> bounded_length(const Unit* text, std::size_t max) noexcept {
  for (std::size_t i = 0; i <= max; ++i) {
    if (text[i] == Unit{}) return i;
  }
  return std::nullopt;
}

}  // namespace mapisync::mapi
