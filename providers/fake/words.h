// Lines of words: the common ground of world verbs and fault plans. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace mapisync::fake {

/// Words are separated by blanks; '#' where a word would start begins a comment. A word in double quotes may hold
/// anything; in it \" \\ \n \r \t \xHH stand for what they say. Errc::invalid_argument for an open quote or an
/// unknown escape.
Result<std::vector<std::string>> split_words(std::string_view line);
/// The word as split_words takes it; quotes only where they are needed.
std::string quote_word(std::string_view word);

}  // namespace mapisync::fake
