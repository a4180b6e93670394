#include "tools/mapisync/report_json.h"

#include "tools/mapisync/exit_code.h"
#include "tools/mapisync/safe_text.h"

namespace mapisync::cli {

namespace {

Json to_json(const SourceTotals& s) {
  return Json{{"unchanged", number(s.unchanged)},     {"delivered", number(s.delivered)},
              {"quarantined", number(s.quarantined)}, {"suspected", number(s.suspected)},
              {"pending", number(s.pending)},         {"refused", number(s.refused)},
              {"vanished", number(s.vanished)},       {"sum", number(s.sum())}};
}

Json to_json(const MirrorTotals& m) {
  return Json{{"unchanged", number(m.unchanged)},
              {"delivered", number(m.delivered)},
              {"stale", number(m.stale)},
              {"held", number(m.held)},
              {"sum", number(m.sum())}};
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Json to_json(const Costs& c) {
  return Json{{"calls", number(c.calls)},
              {"failing_calls", number(c.failing_calls)},
              {"strikes", number(c.strikes)},
              {"controls", number(c.controls)},
              {"table_reads", number(c.table_reads)},
              {"table_rows", number(c.table_rows)},
              {"probes", number(c.probes)},
              {"reconnects", number(c.reconnects)},
              {"fetched", number(c.fetched)},
              {"bytes", number(c.bytes)},
              {"waited_seconds", seconds(c.waited)}};
}

Json to_json(const FolderReport& f) {
  Json json{{"path", valid_utf8(f.path)},
            {"source", to_json(f.source)},
            {"source_counted", nullptr},
            {"mirror", to_json(f.mirror)},
            {"mirror_counted", number(f.mirror_counted)},
            {"counts_moved", f.counts_moved},
            {"balanced", nullptr},
            {"new_quarantined", number(f.new_quarantined)},
            {"new_suspected", number(f.new_suspected)},
            {"new_findings", number(f.new_findings)},
            {"released", number(f.released)},
            {"repaired", number(f.repaired)},
            {"deleted", number(f.deleted)},
            {"moved", number(f.moved)},
            {"held", number(f.held)},
            {"read_changes", number(f.read_changes)},
            {"recognised", number(f.recognised)},
            {"fence", f.fence},
            {"unfinished", nullptr},
            {"failure", nullptr},
            {"costs", to_json(f.costs)}};
  if (const auto balance = f.balance()) json["balanced"] = *balance;
  if (f.source_counted) json["source_counted"] = number(*f.source_counted);
  if (f.unfinished != Unfinished::none) json["unfinished"] = name_of(f.unfinished);
  if (f.failure) json["failure"] = mapisync::cli::to_json(*f.failure);
  return json;
}

}  // namespace

Json to_json(const SyncReport& report) {
  Json folders = Json::array();
  for (const FolderReport& folder : report.folders) folders.push_back(to_json(folder));
  Json sum = to_json(report.sum());
  for (const char* of_one_folder : {"path", "failure", "unfinished", "fence"}) sum.erase(of_one_folder);
  const ExitCode code = exit_code_of(report.grade);
  return Json{{"schema", "mapisync.sync/1"},
              {"run", number(static_cast<std::uint64_t>(report.run))},
              {"started", to_iso8601(report.started)},
              {"seconds", seconds(report.took)},
              {"grade", name_of(report.grade)},
              {"grade_reason", valid_utf8(report.grade_reason)},
              {"exit_code", static_cast<int>(code)},
              {"exit_name", name_of(code)},
              {"stopped", report.stopped},
              {"identity_changed", report.identity_changed},
              {"instance_accepted", report.instance_accepted},
              {"folders_added", number(report.folders_added)},
              {"folders_deleted", number(report.folders_deleted)},
              {"folders_unreadable", number(report.folders_unreadable)},
              {"folders", std::move(folders)},
              {"total", std::move(sum)},
              {"costs", to_json(report.costs)}};
}

}  // namespace mapisync::cli
