#include "engine/isolation/write_ahead.h"

#include <utility>

namespace mapisync {

namespace {

bool may_be_lost_server(const ExportOutcome& outcome) {
  if (!outcome.reached || !outcome.failure) return false;
  const Errc code = outcome.failure->errc();
  return code == Errc::network || code == Errc::session_lost;
}

/// Not even to say no. The next call opens a session anyway.
bool nobody_answers(FolderWork& work) {
  work.opener.lose_session();
  const auto mailbox = work.run.connection.mailbox();
  return !mailbox && mailbox.error().errc() == Errc::network;
}

Result<void> put(FolderWork& work, UnitOfWork& unit) {
  const Asking asking{work.asking.open ? work.asking.place.text() : Bytes(), work.lost.encode()};
  if (asking.now.empty() && asking.lost.empty()) return unit.erase_asking(work.id());
  return unit.put_asking(work.id(), asking);
}

}  // namespace

Result<void> write_ahead(FolderWork& work, Place place) {
  const bool written = work.asking.written && work.asking.place == place && !work.lost.changed();
  work.asking = {std::move(place), true, true};
  if (written) return success();
  MAPISYNC_TRY(unit, work.run.env.store.begin());
  MAPISYNC_TRYV(put(work, *unit));
  MAPISYNC_TRYV(unit->commit());
  work.lost.stored();
  return success();
}

Result<bool> note_call(FolderWork& work, const Place& place, const ExportOutcome& outcome) {
  work.asking.open = false;
  if (may_be_lost_server(outcome) && nobody_answers(work)) {
    work.lost.lost_server(place, outcome.begun.value_or(SourceKey()));
    MAPISYNC_TRYV(settle_asking(work));
    return true;
  }
  const bool asked_for_all = outcome.done || !place.key().empty();
  if (!work.lost.empty() && outcome.reached && !outcome.interrupted && asked_for_all) work.lost.survived(place);
  return false;
}

bool asking_unsettled(const FolderWork& work) noexcept {
  return (work.asking.written && !work.asking.open) || work.lost.changed();
}

Result<void> settle_asking(FolderWork& work, UnitOfWork& unit) {
  MAPISYNC_TRYV(put(work, unit));
  return success();
}

Result<void> settle_asking(FolderWork& work) {
  if (!asking_unsettled(work)) return success();
  MAPISYNC_TRY(unit, work.run.env.store.begin());
  MAPISYNC_TRYV(put(work, *unit));
  MAPISYNC_TRYV(unit->commit());
  work.asking.written = work.asking.open;
  work.lost.stored();
  return success();
}

Result<void> take_up_lost_call(FolderWork& work) {
  MAPISYNC_TRY(asking, work.run.env.store.asking(work.id()));
  if (!asking) return success();
  work.lost = LostPlaces::decode(asking->lost);
  work.asking.written = true;  // cleared, or written anew
  if (const auto place = Place::parse(asking->now)) {
    work.run.env.log.info(work.label() + ": the last run ended while " +
                          (place->is_everything() ? "a pass was under way" : "messages were asked for by name"));
    work.lost.lost_process(*place);
  }
  return success();
}

}  // namespace mapisync
