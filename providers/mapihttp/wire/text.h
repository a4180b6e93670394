// Text as the protocol carries it (UTF-16, code pages) and as the ports have it (UTF-8). What is no text becomes
// U+FFFD. Values; one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync::wire {

/// Windows code page numbers.
using CodePage = std::uint32_t;
namespace code_page {
inline constexpr CodePage kUtf16 = 1200, kWindows1252 = 1252, kUtf8 = 65001;
}  // namespace code_page

/// Whether a TextDecoder of this code page reads its characters, not just those of ASCII.
bool knows_code_page(CodePage page);

/// Turns text of one code page into UTF-8, in pieces that may be cut anywhere. The output is always valid UTF-8, as a
/// whole: a piece of it may end within a character.
class TextDecoder {
 public:
  explicit TextDecoder(CodePage page);
  ~TextDecoder();
  TextDecoder(TextDecoder&&) noexcept;
  TextDecoder& operator=(TextDecoder&&) noexcept;

  void append(BytesView text, std::string& utf8);
  /// What was cut off at the end becomes U+FFFD.
  void finish(std::string& utf8);

 private:
  class Conversion;
  void utf16(BytesView text, std::string& utf8);
  void unit(char16_t unit, std::string& utf8);

  CodePage page_;
  bool half_pending_{false};
  unsigned char half_{0};  // first byte of a unit
  char16_t high_{0};       // first unit of a pair
  std::unique_ptr<Conversion> conversion_;
};

/// All of it at once.
std::string decode_text(BytesView text, CodePage page);

/// Appends UTF-16, little-endian, without a closing NUL.
void append_utf16(std::string_view utf8, Bytes& out);
/// Errc::invalid_argument if the code page is not known or lacks one of the characters.
Result<Bytes> encode_text(std::string_view utf8, CodePage page);

}  // namespace mapisync::wire
