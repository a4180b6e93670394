#include "engine/model/records.h"

namespace mapisync {

const char* name_of(Grade grade) noexcept {
  switch (grade) {
    case Grade::in_step: return "in_step";
    case Grade::in_step_but_known: return "in_step_but_known";
    case Grade::new_trouble: return "new_trouble";
    case Grade::decision_needed: return "decision_needed";
    case Grade::incomplete: return "incomplete";
  }
  return "unknown";
}

}  // namespace mapisync
