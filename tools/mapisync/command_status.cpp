#include "tools/mapisync/command_status.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tools/mapisync/folder_names.h"
#include "tools/mapisync/json_out.h"
#include "tools/mapisync/mirror_file.h"
#include "tools/mapisync/option_values.h"
#include "tools/mapisync/quarantine_record.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/text_table.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

struct StatusRequest {
  std::string mirror;
  Format format{Format::text};
};

struct FolderStatus {
  std::string path;
  bool deleted{false};
  bool deletion_held{false};
  LedgerTotals ledger;
  UnsettledTotals unsettled;
  std::uint64_t rows() const noexcept { return ledger.normal + ledger.associated; }
  std::uint64_t held() const noexcept { return ledger.held_normal + ledger.held_associated; }
};

struct Status {
  std::optional<MailboxRecord> mailbox;
  std::vector<FolderStatus> folders;
  std::vector<RunRecord> runs;  // newest first
  std::vector<Finding> findings;
  FolderNames names;
  FolderStatus sum() const;
};

FolderStatus Status::sum() const {
  FolderStatus sum;
  for (const FolderStatus& f : folders) {
    sum.ledger.normal += f.ledger.normal;
    sum.ledger.associated += f.ledger.associated;
    sum.ledger.held_normal += f.ledger.held_normal;
    sum.ledger.held_associated += f.ledger.held_associated;
    sum.ledger.bytes += f.ledger.bytes;
    sum.unsettled.pending += f.unsettled.pending;
    sum.unsettled.quarantined += f.unsettled.quarantined;
    sum.unsettled.suspected += f.unsettled.suspected;
    sum.unsettled.refused += f.unsettled.refused;
    sum.unsettled.stale += f.unsettled.stale;
    sum.deletion_held = sum.deletion_held || f.deletion_held;
  }
  return sum;
}

Result<Status> gather(Store& store) {
  constexpr std::size_t kRuns = 10;
  Status status;
  MAPISYNC_TRY(mailbox, store.mailbox());
  status.mailbox = std::move(mailbox);
  MAPISYNC_TRY(names, FolderNames::load(store));
  status.names = std::move(names);
  for (const FolderRecord& record : status.names.records()) {
    if ((record.deleted_at && !record.deletion_held) || record.info.kind == FolderKind::search) continue;
    FolderStatus folder;
    folder.path = status.names.path(record.id);
    folder.deletion_held = record.deletion_held;
    MAPISYNC_TRY(ledger, store.ledger_totals(record.id));
    folder.ledger = ledger;
    MAPISYNC_TRY(unsettled, store.unsettled_totals(record.id));
    folder.unsettled = unsettled;
    status.folders.push_back(std::move(folder));
  }
  MAPISYNC_TRY(runs, store.runs(kRuns));
  status.runs = std::move(runs);
  MAPISYNC_TRY(findings, store.findings(std::nullopt));
  status.findings = std::move(findings);
  return status;
}

std::string run_line(const RunRecord& run) {
  std::string text = "run " + std::to_string(static_cast<std::int64_t>(run.id)) + ": " + to_iso8601(run.started) + ", ";
  text += run.grade ? name_of(*run.grade) : (run.finished ? "ended without a grade" : "ended without a word (killed?)");
  text += ", " + format_count(run.delivered) + " delivered, " + format_count(run.deleted) + " deleted, " +
          format_count(run.quarantined) + " quarantined, " + format_count(run.released) + " released, " +
          count_of(run.calls, "export", "exports") + ", " + format_size(run.bytes);
  return text + "\n";
}

std::vector<std::string> cells(const std::string& name, const FolderStatus& f) {
  return {name,
          format_count(f.rows()),
          format_count(f.unsettled.pending),
          format_count(f.unsettled.quarantined),
          format_count(f.unsettled.suspected),
          format_count(f.unsettled.refused),
          format_count(f.unsettled.stale),
          format_count(f.held()),
          format_size(f.ledger.bytes),
          f.deletion_held ? "gone, held" : ""};
}

std::string finding_line(const Status& status, const Finding& finding) {
  std::string text = std::string("finding: ") + name_of(finding.kind) + ", " + status.names.path(finding.folder);
  if (finding.key) text += ", message " + short_key(*finding.key);
  if (finding.code != Errc::ok) text += std::string(", ") + mapisync::name_of(finding.code);
  if (!finding.detail.empty()) text += ": " + finding.detail;
  return for_terminal(text + " (" + count_of(finding.times, "time", "times") + ", last " +
                      to_iso8601(finding.last_seen) + ")") +
         "\n";
}

std::string status_text(const Status& status, std::size_t columns) {
  using enum TextTable::Align;
  if (!status.mailbox) return "no run has reached a mailbox yet\n";
  std::string text = "mailbox: " + for_terminal(status.mailbox->identity.display_name) + "\n";
  if (!status.mailbox->root_path.empty()) text += "root: " + for_terminal(status.mailbox->root_path) + "\n";
  TextTable table({{"folder", left},
                   {"in mirror"},
                   {"pending"},
                   {"quarantined"},
                   {"suspected"},
                   {"refused"},
                   {"stale"},
                   {"held"},
                   {"size"},
                   {"", left}});
  for (const FolderStatus& folder : status.folders) table.add(cells(folder.path, folder));
  table.rule();
  FolderStatus sum = status.sum();
  sum.deletion_held = false;
  table.add(cells("all folders", sum));
  text += "\n" + table.to_string(columns) + "\n";
  constexpr std::size_t kShown = 100;
  for (std::size_t i = 0; i < status.findings.size() && i < kShown; ++i)
    text += finding_line(status, status.findings[i]);
  if (status.findings.size() > kShown)
    text += "and " + count_of(status.findings.size() - kShown, "further finding", "further findings") + "\n";
  for (const RunRecord& run : status.runs) text += run_line(run);
  return text;
}

Json folder_json(const FolderStatus& f) {
  return Json{{"path", valid_utf8(f.path)},
              {"in_mirror", number(f.rows())},
              {"associated", number(f.ledger.associated)},
              {"pending", number(f.unsettled.pending)},
              {"quarantined", number(f.unsettled.quarantined)},
              {"suspected", number(f.unsettled.suspected)},
              {"refused", number(f.unsettled.refused)},
              {"stale", number(f.unsettled.stale)},
              {"held", number(f.held())},
              {"deletion_held", f.deletion_held},
              {"bytes", number(f.ledger.bytes)}};
}

Json run_json(const RunRecord& run) {
  return Json{{"run", number(static_cast<std::uint64_t>(run.id))},
              {"started", to_iso8601(run.started)},
              {"finished", time_or_null(run.finished)},
              {"grade", run.grade ? Json(name_of(*run.grade)) : Json(nullptr)},
              {"delivered", number(run.delivered)},
              {"deleted", number(run.deleted)},
              {"read_changes", number(run.read_changes)},
              {"quarantined", number(run.quarantined)},
              {"released", number(run.released)},
              {"calls", number(run.calls)},
              {"failing_calls", number(run.failing_calls)},
              {"bytes", number(run.bytes)},
              {"version", valid_utf8(run.version)}};
}

Json finding_json(const Status& status, const Finding& finding) {
  return Json{{"kind", name_of(finding.kind)},
              {"folder_path", valid_utf8(status.names.path(finding.folder))},
              {"record_id", finding.key ? Json(short_key(*finding.key)) : Json(nullptr)},
              {"source_key", finding.key ? Json(finding.key->hex()) : Json(nullptr)},
              {"code", mapisync::name_of(finding.code)},
              {"detail", text_or_null(finding.detail)},
              {"first_seen", to_iso8601(finding.first_seen)},
              {"last_seen", to_iso8601(finding.last_seen)},
              {"times", finding.times}};
}

Json status_json(const Status& status, const Ending& end) {
  Json json{{"schema", "mapisync.status/1"},
            {"exit_code", static_cast<int>(end.code)},
            {"exit_name", name_of(end.code)},
            {"mailbox", nullptr}};
  if (status.mailbox) {
    json["mailbox"] = Json{{"display_name", valid_utf8(status.mailbox->identity.display_name)},
                           {"mailbox_guid", to_hex(status.mailbox->identity.mailbox_guid)},
                           {"mapping_signature", to_hex(status.mailbox->identity.mapping_signature)},
                           {"root_path", valid_utf8(status.mailbox->root_path)},
                           {"server_version", valid_utf8(status.mailbox->server_version)}};
  }
  Json& folders = json["folders"] = Json::array();
  for (const FolderStatus& folder : status.folders) folders.push_back(folder_json(folder));
  json["total"] = folder_json(status.sum());
  json["total"].erase("path");
  Json& findings = json["findings"] = Json::array();
  for (const Finding& finding : status.findings) findings.push_back(finding_json(status, finding));
  Json& runs = json["runs"] = Json::array();
  for (const RunRecord& run : status.runs) runs.push_back(run_json(run));
  return json;
}

Ending status_ending(const Status& status) {
  const FolderStatus sum = status.sum();
  if (status.runs.empty() || !status.runs.front().grade || *status.runs.front().grade == Grade::incomplete ||
      sum.unsettled.pending > 0) {
    return ending(ExitCode::incomplete, "not complete, " + count_of(sum.unsettled.pending, "message", "messages") +
                                            " pending; 'mapisync sync' goes on");
  }
  if (sum.held() > 0 || sum.deletion_held || *status.runs.front().grade == Grade::decision_needed) {
    return ending(ExitCode::decision_needed,
                  "a decision is needed; 'mapisync deletions list' or the last sync tells which");
  }
  const std::uint64_t known = sum.unsettled.quarantined + sum.unsettled.suspected + sum.unsettled.refused;
  if (known > 0 || !status.findings.empty()) {
    return ending(ExitCode::in_step_but_known, count_of(known, "message", "messages") + " in quarantine, " +
                                                   count_of(status.findings.size(), "finding", "findings"));
  }
  return ending(ExitCode::ok, count_of(sum.rows(), "message", "messages") + " in the mirror, as of the last run");
}

Ending run_status(Context& context, const StatusRequest& request) {
  auto mirror = ReadableMirror::open(request.mirror);
  if (!mirror) return cli::ending_of(mirror.error(), "open " + in_quotes(request.mirror));
  auto status = gather(mirror.value().store());
  if (!status) return cli::ending_of(status.error(), "read " + in_quotes(request.mirror));
  Ending end = status_ending(status.value());
  if (request.format == Format::json) {
    context.console.print(dump_pretty(status_json(status.value(), end)));
  } else {
    context.console.print(status_text(status.value(), context.console.out_columns()));
  }
  return end;
}

constexpr const char* kStatusFooter = R"(NOTES
  Looks at the mirror only; the source is not asked. May run while a sync runs.

EXAMPLES
  mapisync status mirror.db
  mapisync status mirror.db --format json

EXIT CODES
  0 complete as of the last run   1 complete but for what is in quarantine
  3 a decision is needed          4 incomplete

NEXT
  mapisync verify SOURCE MIRROR.db asks the source as well)";

}  // namespace

void add_status_command(CLI::App& app, Chosen& chosen) {
  CLI::App& command = *app.add_subcommand("status", "Where things stand, from the mirror alone");
  auto request = std::make_shared<StatusRequest>();
  command.add_option("MIRROR.db", request->mirror, "The mirror")->required();
  add_format(command, request->format, {Format::text, Format::json});
  command.footer(kStatusFooter);
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_status(context, *request); }; });
}

}  // namespace mapisync::cli
