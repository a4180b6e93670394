#include "engine/model/finding.h"

namespace mapisync {

const char* name_of(FindingKind kind) noexcept {
  switch (kind) {
    case FindingKind::missing: return "missing";
    case FindingKind::truncated: return "truncated";
    case FindingKind::placeholder: return "placeholder";
    case FindingKind::false_deletion: return "false_deletion";
    case FindingKind::batch_only_failure: return "batch_only_failure";
    case FindingKind::no_rights: return "no_rights";
    case FindingKind::too_large: return "too_large";
    case FindingKind::sink_rejected: return "sink_rejected";
    case FindingKind::folder_unreadable: return "folder_unreadable";
    case FindingKind::hierarchy_failed: return "hierarchy_failed";
    case FindingKind::server_sick: return "server_sick";
    case FindingKind::control_failed: return "control_failed";
    case FindingKind::row_unreadable: return "row_unreadable";
    case FindingKind::state_unusable: return "state_unusable";
    case FindingKind::cannot_isolate: return "cannot_isolate";
    case FindingKind::totals_differ: return "totals_differ";
    case FindingKind::server_lost: return "server_lost";
  }
  return "unknown";
}

const char* name_of(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::quarantined: return "quarantined";
    case EventKind::suspected: return "suspected";
    case EventKind::released: return "released";
    case EventKind::repaired: return "repaired";
    case EventKind::vanished: return "vanished";
    case EventKind::deleted: return "deleted";
    case EventKind::moved: return "moved";
    case EventKind::deletion_held: return "deletion_held";
    case EventKind::deletion_approved: return "deletion_approved";
    case EventKind::fence: return "fence";
    case EventKind::folder_added: return "folder_added";
    case EventKind::folder_deleted: return "folder_deleted";
    case EventKind::folder_restored: return "folder_restored";
    case EventKind::refused: return "refused";
    case EventKind::state_reset: return "state_reset";
    case EventKind::new_instance: return "new_instance";
    case EventKind::folder_changed: return "folder_changed";
    case EventKind::damaged: return "damaged";
  }
  return "unknown";
}

}  // namespace mapisync
