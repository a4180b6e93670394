// Plain text made of HTML, for messages that have no plain body. Simple on purpose. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mapisync::mime {

/// `html` is valid UTF-8, and so is the answer, cut to `bytes_max`. Tags, scripts, styles and comments go; block
/// elements become line ends; character references become characters; white space collapses. Linear in the input.
std::string text_of_html(std::string_view html, std::size_t bytes_max);

}  // namespace mapisync::mime
