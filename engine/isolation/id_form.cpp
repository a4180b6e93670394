#include "engine/isolation/id_form.h"

#include <algorithm>
#include <utility>

#include "engine/export_driver.h"
#include "engine/isolation/control.h"
#include "engine/isolation/write_ahead.h"

namespace mapisync {

Result<IdFormProbe> probe_id_form(FolderWork& work, const SelectiveItem& item, bool discard,
                                  const std::function<bool()>& may_export) {
  IdFormProbe probe;
  for (const IdForm form : {IdForm::entry_id, IdForm::source_key}) {
    if (!may_export()) return probe;
    ExportRequest request = selective_request(work, {item});
    request.config.id_form = form;
    request.discard = discard;
    const Place place = Place::of(item.key);
    MAPISYNC_TRYV(write_ahead(work, place));
    MAPISYNC_TRY(outcome, drive_export(work, work.opener, request));
    MAPISYNC_TRYV(note_call(work, place, outcome));
    const auto& keys = outcome.delivered;
    if (outcome.done && std::find(keys.begin(), keys.end(), item.key) != keys.end()) {
      work.run.capabilities.id_form = form;
      work.run.capabilities.selective_sync = Known::yes;
      probe.settled = true;
      return probe;
    }
    if (outcome.failure && outcome.failure->errc() == Errc::unsupported) {
      probe.unsupported = true;
      return probe;
    }
    if (outcome.session_lost) {
      probe.lost = std::move(outcome.failure);
      return probe;
    }
  }
  return probe;
}

}  // namespace mapisync
