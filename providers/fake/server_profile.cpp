#include "providers/fake/server_profile.h"

namespace mapisync::fake {

ServerProfile ServerProfile::exchange_2007() {
  ServerProfile profile;
  profile.checkpoint = CheckpointMode::live;
  return profile;
}

ServerProfile ServerProfile::calm() {
  ServerProfile profile;
  profile.order = ExportOrder::table;
  profile.buffer_messages = 1;
  profile.buffer_lost = false;
  profile.leftover = Leftover::none;
  profile.never_seen_deletions = 0;
  profile.duplicates_per_mille = 0;
  profile.progress = ProgressTelling::exact;
  return profile;
}

ServerProfile ServerProfile::prefix_server() {
  ServerProfile profile = calm();
  profile.buffer_bytes = 0x7b00;
  profile.buffer_messages = 0;
  profile.leftover = Leftover::culprit;
  profile.settle_first = true;
  profile.recover_mode = RecoverMode::accept;
  profile.given = GivenRule::drop;
  profile.known_by = KnownBy::number_and_id;
  profile.composed_state = Known::yes;
  profile.exact_sizes = true;
  profile.tells_placeholder = true;
  profile.progress = ProgressTelling::rough;
  return profile;
}

}  // namespace mapisync::fake
