// Charsets: their names in mail, their Windows code pages, their text in UTF-8. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"

namespace mapisync::mime {

struct Charset {
  const char* iconv_name;
  std::int32_t codepage;  // PR_INTERNET_CPID
};

inline constexpr std::int32_t kCodepageUtf8 = 65001, kCodepageAscii = 20127, kCodepageWindows1252 = 1252;

/// The charset that `name` means in mail, whatever its case and punctuation; nothing if nobody knows it. Only names
/// of a fixed table are ever handed to iconv: the result does not depend on what a machine has installed.
std::optional<Charset> find_charset(std::string_view name);
/// A name for a code page, for the way back; nothing for a code page that the table lacks.
std::optional<Charset> charset_of_codepage(std::int32_t codepage);

/// Names that say "I do not know" (unknown-8bit): the text speaks for itself.
bool is_placeholder_charset(std::string_view name);

/// UTF-8 if the bytes are, else windows-1252.
Charset guess_charset(BytesView bytes);

struct DecodedText {
  std::string utf8;         // always valid
  std::size_t replaced{0};  // bytes that the charset does not have; U+FFFD stands for them
};
DecodedText decode_text(BytesView bytes, const Charset& charset);

}  // namespace mapisync::mime
