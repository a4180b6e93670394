// The version of the program, as the build names it.
#pragma once

namespace mapisync::cli {

inline constexpr const char* kVersion = MAPISYNC_VERSION;

}  // namespace mapisync::cli
