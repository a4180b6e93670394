#include "tools/mapisync/quarantine_lookup.h"

#include <array>
#include <utility>

#include "engine/folder_filter.h"
#include "tools/mapisync/quarantine_record.h"

namespace mapisync::cli {

namespace {

constexpr std::array<UnsettledClass, 3> kTrouble{UnsettledClass::quarantined, UnsettledClass::suspected,
                                                 UnsettledClass::refused};

using Visit = std::function<Result<bool>(const FoundRow&)>;

/// False: the visitor had enough.
Result<bool> visit_class(Store& store, FolderId folder, UnsettledClass cls, const Visit& visit) {
  SourceKey after;
  while (true) {
    MAPISYNC_TRY(page, store.unsettled_page(folder, cls, after, kRowsPerPage));
    if (page.empty()) return true;
    after = page.back().row.source_key;
    for (UnsettledRow& row : page) {
      MAPISYNC_TRY(more, visit(FoundRow{folder, std::move(row)}));
      if (!more) return false;
    }
  }
}

}  // namespace

Result<void> for_each_row(Store& store, const FolderNames& names, const QuarantineFilter& filter, const Visit& visit) {
  for (const FolderRecord& folder : names.records()) {
    if (!folder_wanted(names.path(folder.id), filter.folders, {})) continue;
    for (const UnsettledClass cls : kTrouble) {
      if (filter.cls && *filter.cls != cls) continue;
      MAPISYNC_TRY(more, visit_class(store, folder.id, cls, visit));
      if (!more) return success();
    }
  }
  return success();
}

Result<std::vector<FoundRow>> rows_named(Store& store, const FolderNames& names, const std::string& word) {
  std::vector<FoundRow> found;
  MAPISYNC_TRYV(for_each_row(store, names, {}, [&](const FoundRow& row) -> Result<bool> {
    if (names_key(word, row.row.row.source_key)) found.push_back(row);
    constexpr std::size_t kEnough = 100;  // a word this short names nothing in particular
    return found.size() < kEnough;
  }));
  if (!found.empty()) return found;
  return fail(Errc::not_found, Scope::message, Retry::never,
              "no message '" + word + "' in quarantine; 'mapisync quarantine list' shows the keys");
}

Result<std::vector<Event>> history_of(Store& store, FolderId folder, const SourceKey& key) {
  constexpr std::size_t kRuns = 100'000;
  MAPISYNC_TRY(runs, store.runs(kRuns));
  std::vector<Event> history;
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    MAPISYNC_TRY(events, store.events(run->id));
    for (Event& event : events) {
      if (event.folder == folder && event.key == key) history.push_back(std::move(event));
    }
  }
  return history;
}

Result<void> make_due(Store& store, const std::vector<std::string>& words, Timestamp now) {
  if (words.empty()) return success();
  MAPISYNC_TRY(names, FolderNames::load(store));
  std::vector<FoundRow> due;
  for (const std::string& word : words) {
    MAPISYNC_TRY(rows, rows_named(store, names, word));
    std::move(rows.begin(), rows.end(), std::back_inserter(due));
  }
  MAPISYNC_TRY(work, store.begin());
  for (FoundRow& found : due) {
    found.row.next_retry = now;
    MAPISYNC_TRYV(work->put_unsettled(found.folder, found.row));
  }
  return work->commit();
}

}  // namespace mapisync::cli
