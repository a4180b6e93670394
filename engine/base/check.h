// MAPISYNC_CHECK: what must hold if our own code is right. On in release builds too.
#pragma once

namespace mapisync {
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;
}  // namespace mapisync

#define MAPISYNC_CHECK(expression) \
  ((expression) ? static_cast<void>(0) : ::mapisync::check_failed(#expression, __FILE__, __LINE__))
