#include "engine/model/unsettled.h"

namespace mapisync {

const char* name_of(UnsettledClass cls) noexcept {
  switch (cls) {
    case UnsettledClass::pending: return "pending";
    case UnsettledClass::quarantined: return "quarantined";
    case UnsettledClass::suspected: return "suspected";
    case UnsettledClass::refused: return "refused";
  }
  return "unknown";
}

const char* name_of(TroubleKind kind) noexcept {
  switch (kind) {
    case TroubleKind::none: return "none";
    case TroubleKind::corrupt_item: return "corrupt_item";
    case TroubleKind::missing_item: return "missing_item";
    case TroubleKind::large_item: return "large_item";
    case TroubleKind::access_denied: return "access_denied";
    case TroubleKind::importer_rejected: return "importer_rejected";
  }
  return "unknown";
}

const char* mrs_name_of(TroubleKind kind) noexcept {
  switch (kind) {
    case TroubleKind::missing_item: return "MissingItem";
    case TroubleKind::large_item: return "LargeItem";
    default: return "CorruptItem";
  }
}

}  // namespace mapisync
