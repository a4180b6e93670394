#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace mapisync {

void check_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "mapisync: internal error: %s does not hold (%s:%d)\n", expression, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace mapisync
