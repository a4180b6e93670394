// What a conversion may cost. Each limit ends in a defect, never in a crash. Values.
#pragma once

#include <cstddef>

namespace mapisync::mime {

struct ConversionLimits {
  std::size_t message_bytes{std::size_t{256} << 20U};         // above what servers of the field accept (150 MB)
  std::size_t headers{10'000};                                // fields of one header block
  std::size_t header_bytes{std::size_t{1} << 20U};            // of one header block
  std::size_t headers_of_parts{500'000};                      // fields of all parts together
  std::size_t parts{10'000};                                  // of the message, those of embedded messages included
  std::size_t nesting{30};                                    // multiparts and embedded messages on one path
  std::size_t recipients{20'000};                             // further ones are left out
  std::size_t synthesised_text_bytes{std::size_t{4} << 20U};  // plain text made of HTML; cut there
  std::size_t header_text_bytes{std::size_t{256} << 10U};     // one header value as a property; cut there
};

}  // namespace mapisync::mime
