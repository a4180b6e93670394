// RFC 2047 encoded words. GMime decodes them too, but loses text where adjacent words are padded each for itself, as
// half of the world's mailers write them; here each word is decoded alone and characters split between two of the
// same charset are joined. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace mapisync::mime {

/// The text of an unstructured header value: unfolded, encoded words decoded, other 8-bit bytes read as UTF-8 or
/// windows-1252. Valid UTF-8. `broken`, if given, is set when a word does not decode or names an unknown charset.
std::string decode_header_text(std::string_view raw, bool* broken = nullptr);

/// The same value with each run of adjacent encoded words as one UTF-8 word, for parsers of structured headers.
std::string repack_encoded_words(std::string_view raw, bool* broken = nullptr);

}  // namespace mapisync::mime
