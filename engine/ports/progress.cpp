#include "engine/ports/progress.h"

namespace mapisync {

const char* name_of(Phase phase) noexcept {
  switch (phase) {
    case Phase::hierarchy: return "hierarchy";
    case Phase::pass: return "pass";
    case Phase::table: return "table";
    case Phase::isolation: return "isolation";
    case Phase::settling: return "settling";
    case Phase::done: return "done";
  }
  return "unknown";
}

}  // namespace mapisync
