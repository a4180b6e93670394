// Numbers as they lie in memory on the wire: little-endian. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/bytes.h"

namespace mapisync::wire {

/// `from` must have sizeof(T) bytes. Compilers make one load of it.
template <class T>
constexpr T load_le(const char* from) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
  }
  return static_cast<T>(value);
}

template <class T>
void append_le(Bytes& to, T value) {
  char raw[sizeof(T)];
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    raw[i] = static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xFF);
  }
  to.append(raw, sizeof(T));
}

}  // namespace mapisync::wire
