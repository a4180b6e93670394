// Keeping text valid UTF-8. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mapisync::mime {

bool is_valid_utf8(std::string_view text) noexcept;
bool is_ascii(std::string_view text) noexcept;

/// Every byte that belongs to no well-formed sequence becomes U+FFFD; `replaced` counts them.
std::string to_valid_utf8(std::string_view text, std::size_t* replaced = nullptr);

/// Cut to at most `bytes`, between two characters.
std::string cut_utf8(std::string text, std::size_t bytes);

/// Appends one code point; a value that is none becomes U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

}  // namespace mapisync::mime
