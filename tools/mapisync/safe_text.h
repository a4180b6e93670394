// Text from mail and from servers, made harmless for terminals, CSV and JSON readers.
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mapisync::cli {

/// One line without control characters: C0, DEL, C1, line separators, bidirectional controls and invisible
/// characters become \n, \t, \xNN or \u{NNNN}; bytes that are no UTF-8 become \xNN. Never more than one line.
std::string for_terminal(std::string_view text);

/// The same, cut to `columns` cells with "..." at the end, or padded with blanks.
std::string in_columns(std::string_view text, std::size_t columns);

/// Cells that `text` (already made harmless) takes on a terminal: wide characters two, combining ones none.
std::size_t display_width(std::string_view text);

/// Valid UTF-8: every byte that is none becomes U+FFFD.
std::string valid_utf8(std::string_view text);

/// A CSV field (RFC 4180): quoted where needed, harmless on a terminal, and never taken for a formula: a
/// leading = + - @ gets an apostrophe in front.
std::string csv_field(std::string_view text);

/// `json`: a JSON text whose strings are valid UTF-8. What for_terminal would escape becomes \uNNNN.
std::string harmless_json(std::string_view json);

}  // namespace mapisync::cli
