// Replaces the operators of the whole program by ones that count. What C libraries allocate is not seen.
#include <cstdlib>
#include <new>

#include "bench/meters.h"

namespace {
std::uint64_t count = 0;  // NOLINT: the operators are global
}

namespace mapisync::bench {
std::uint64_t allocations() noexcept { return count; }
}  // namespace mapisync::bench

void* operator new(std::size_t size) {
  ++count;
  if (void* memory = std::malloc(size != 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
