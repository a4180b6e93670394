// Small text files that a person names on the command line. One caller at a time.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/ports/stop.h"

namespace mapisync::cli {

/// The whole of it; "-" is standard input, of whatever kind. Errc::missing_file, permission, io_error; malformed above
/// `limit` bytes and for what is no regular file; cancelled if `stop` is asked for while input is awaited.
Result<std::string> read_text_file(const std::string& path, std::size_t limit, const StopFlag& stop);

}  // namespace mapisync::cli
