#include "engine/isolation/control.h"

#include <algorithm>
#include <utility>

#include "engine/export_driver.h"
#include "engine/folder_commit.h"
#include "engine/isolation/write_ahead.h"
#include "engine/note_finding.h"
#include "engine/pass.h"

namespace mapisync {

namespace {

/// A message that took the server or this process with it is nobody's control.
bool was_lost_at(const FolderWork& work, const Place& place) {
  const auto& lost = work.lost.all();
  return std::any_of(lost.begin(), lost.end(), [&](const LostPlace& at) { return at.place.key() == place.key(); });
}

}  // namespace

ExportRequest selective_request(const FolderWork& work, std::vector<SelectiveItem> items) {
  ExportRequest request;
  request.config.flags = sync_flag::kUnicode | sync_flag::kNormal | sync_flag::kAssociated;
  request.config.id_form = work.run.capabilities.id_form;
  request.items = std::move(items);
  request.route = Route::selective;
  return request;
}

Result<ControlResult> Controls::run() {
  tried_ = 0;
  MAPISYNC_TRY(here, try_folder(work_, work_.opener, work_.id(), work_.run.options.controls_max));
  if (here == ControlResult::worked || here == ControlResult::interrupted) return here;
  MAPISYNC_TRY(folders, work_.run.env.store.folders());
  std::uint32_t others = 0;
  for (const FolderRecord& record : folders) {
    if (record.id == work_.id() || record.deleted_at || others == work_.run.options.controls_max) continue;
    work_.opener.release();  // one folder is open at a time
    FolderOpener opener(work_.run.connection, record.info.key);
    const std::uint32_t before = tried_;
    MAPISYNC_TRY(there, try_folder(work_, opener, record.id, 1));
    if (there == ControlResult::worked || there == ControlResult::interrupted) return there;
    if (tried_ > before) ++others;
  }
  return tried_ >= 2 ? ControlResult::all_failed : ControlResult::none;
}

Result<ControlResult> Controls::try_folder(FolderWork& work, FolderOpener& opener, FolderId folder,
                                           std::uint32_t most) {
  // More rows than needed: some may have failed as controls before, or be unsettled by now.
  MAPISYNC_TRY(rows, work.run.env.store.recent_ledger_rows(folder, most + 16));
  std::uint32_t here = 0;
  for (const LedgerRow& row : rows) {
    if (here == most) break;
    const Place place = Place::of(row.key);
    if (failed_.contains({folder, row.key}) || was_lost_at(work, place)) continue;
    MAPISYNC_TRY(unsettled, work.run.env.store.unsettled_row(folder, row.key));
    if (unsettled) continue;
    ExportRequest request = selective_request(work, {{row.ref, row.key}});
    request.discard = true;
    MAPISYNC_TRY(outcome, ask(work, opener, request, place));
    if (outcome.interrupted) return ControlResult::interrupted;
    if (outcome.done &&
        std::find(outcome.delivered.begin(), outcome.delivered.end(), row.key) != outcome.delivered.end()) {
      MAPISYNC_TRYV(note_worked(folder, row.key));
      return ControlResult::worked;
    }
    if (!outcome.reached) return ControlResult::none;  // no exporter to ask: shows nothing about the server's mail
    if (outcome.done) {
      auto opened = opener.open();
      auto presence = opened ? opened.value()->probe(row.key, row.ref) : Result<Presence>(opened.error());
      if (presence && presence.value() == Presence::absent) continue;  // deleted meanwhile: no control at all
    }
    ++here;
    ++tried_;
    ++work.run.noise.failed;
    failed_.insert({folder, row.key});
    MAPISYNC_TRYV(note_failed(folder, row.key, outcome.failure ? outcome.failure->errc() : Errc::missing_delivery));
  }
  return ControlResult::none;
}

/// A logon or a folder that fails by chance shows nothing: once more, so often and no more.
Result<ExportOutcome> Controls::ask(FolderWork& work, FolderOpener& opener, const ExportRequest& request,
                                    const Place& place) {
  for (std::uint32_t attempt = 1;; ++attempt) {
    ++work.report.costs.controls;
    ++work.run.isolation_calls;
    MAPISYNC_TRYV(write_ahead(work, place));
    MAPISYNC_TRY(outcome, drive_export(work, opener, request));
    MAPISYNC_TRYV(note_call(work, place, outcome));
    const bool again = !outcome.reached && outcome.failure && may_repeat(*outcome.failure, 1, 1 + attempt);
    if (!again || attempt > work.run.options.reconnects_max || work.run.stopped()) return std::move(outcome);
    const Duration pause = backoff(work.run.options, attempt, outcome.failure->wait);
    work.report.costs.waited += pause;
    work.run.env.clock.wait(pause, work.run.stop);
  }
}

Result<void> Controls::note_failed(FolderId folder, const SourceKey& key, Errc code) {
  Finding finding;
  finding.kind = FindingKind::control_failed;
  finding.folder = folder;
  finding.key = key;
  finding.code = code;
  finding.detail = "a message that we hold, and that exported before, does not export now";
  finding.first_seen = finding.last_seen = work_.run.env.clock.now();
  finding.run = work_.run.id;
  MAPISYNC_TRY(unit, work_.run.env.store.begin());
  MAPISYNC_TRYV(note_finding(*unit, finding));
  return unit->commit();
}

Result<void> Controls::note_worked(FolderId folder, const SourceKey& key) {
  MAPISYNC_TRY(findings, work_.run.env.store.findings(folder));
  const bool noted = std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.kind == FindingKind::control_failed && finding.key == key;
  });
  if (!noted) return success();
  MAPISYNC_TRY(unit, work_.run.env.store.begin());
  MAPISYNC_TRYV(unit->erase_finding(folder, key, FindingKind::control_failed));
  return unit->commit();
}

}  // namespace mapisync
