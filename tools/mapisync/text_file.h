// Small text files that a person names on the command line. One caller at a time.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace mapisync::cli {

/// The whole of it; "-" is standard input. Errc::missing_file, permission, io_error, malformed above `limit` bytes.
Result<std::string> read_text_file(const std::string& path, std::size_t limit);

}  // namespace mapisync::cli
