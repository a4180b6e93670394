#include "engine/note_finding.h"

#include <string>

namespace mapisync {

Result<void> note_finding(UnitOfWork& unit, const Finding& finding) {
  MAPISYNC_TRY(arose, unit.put_finding(finding));
  if (!arose) return success();
  Event event;
  event.kind = EventKind::damaged;
  event.folder = finding.folder;
  event.key = finding.key;
  event.detail = name_of(finding.kind);
  if (!finding.detail.empty()) event.detail += ": " + finding.detail;
  event.at = finding.last_seen;
  event.run = finding.run;
  return unit.add_event(event);
}

}  // namespace mapisync
