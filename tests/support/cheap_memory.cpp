#include "tests/support/cheap_memory.h"

#include <sqlite3.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace mapisync::test {

void make_memory_cheap() {
#ifdef __GLIBC__
  constexpr int kKeep = 64 << 20;
  mallopt(M_TRIM_THRESHOLD, kKeep);
  mallopt(M_TOP_PAD, 4 << 20);
  mallopt(M_MMAP_THRESHOLD, kKeep);
#endif
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

}  // namespace mapisync::test
