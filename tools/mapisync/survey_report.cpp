#include "tools/mapisync/survey_report.h"

#include <vector>

#include "tools/mapisync/command.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/text_table.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

FolderSurvey add_up(const std::vector<FolderSurvey>& folders) {
  FolderSurvey sum;
  for (const FolderSurvey& f : folders) {
    sum.listed += f.listed;
    sum.in_step += f.in_step;
    sum.to_fetch += f.to_fetch;
    sum.pending += f.pending;
    sum.quarantined += f.quarantined;
    sum.suspected += f.suspected;
    sum.refused += f.refused;
    sum.to_delete += f.to_delete;
    sum.held += f.held;
    sum.recognised += f.recognised;
    sum.read_differs += f.read_differs;
    sum.unidentified += f.unidentified;
    sum.unversioned += f.unversioned;
  }
  return sum;
}

std::vector<std::string> cells(const std::string& name, const FolderSurvey& f) {
  std::string remark;
  if (f.failure) remark = "unreadable";
  if (f.unidentified > 0)
    remark += (remark.empty() ? "" : ", ") + count_of(f.unidentified, "row without key", "rows without key");
  return {name,
          format_count(f.listed),
          format_count(f.in_step),
          format_count(f.to_fetch),
          format_count(f.pending),
          format_count(f.quarantined),
          format_count(f.suspected),
          format_count(f.refused),
          format_count(f.to_delete),
          format_count(f.held),
          format_count(f.read_differs),
          remark};
}

Json folder_json(const FolderSurvey& f) {
  Json json{{"path", valid_utf8(f.path)},
            {"listed", number(f.listed)},
            {"in_step", number(f.in_step)},
            {"to_fetch", number(f.to_fetch)},
            {"pending", number(f.pending)},
            {"quarantined", number(f.quarantined)},
            {"suspected", number(f.suspected)},
            {"refused", number(f.refused)},
            {"to_delete", number(f.to_delete)},
            {"held", number(f.held)},
            {"recognised", number(f.recognised)},
            {"read_differs", number(f.read_differs)},
            {"unidentified", number(f.unidentified)},
            {"unversioned", number(f.unversioned)},
            {"failure", nullptr}};
  if (f.failure) json["failure"] = to_json(*f.failure);
  return json;
}

std::uint64_t unreadable_folders(const SurveyReport& report) {
  std::uint64_t count = 0;
  for (const FolderSurvey& folder : report.folders) count += folder.failure ? 1 : 0;
  return count;
}

}  // namespace

std::string to_text(const SurveyReport& report, const ReportStyle& style) {
  using enum TextTable::Align;
  TextTable table({{"folder", left},
                   {"listed"},
                   {"in step"},
                   {"to fetch"},
                   {"pending"},
                   {"quarantined"},
                   {"suspected"},
                   {"refused"},
                   {"to delete"},
                   {"held"},
                   {"read marks"},
                   {"", left}});
  for (const FolderSurvey& folder : report.folders) {
    table.add(cells(folder.path.empty() ? "(root)" : folder.path, folder));
  }
  table.rule();
  table.add(cells("all folders", add_up(report.folders)));
  std::string text = table.to_string(style.columns);
  for (const FolderSurvey& folder : report.folders) {
    if (folder.failure) text += for_terminal(folder.path) + ": " + for_terminal(folder.failure->to_string()) + "\n";
  }
  if (const std::uint64_t recognised = add_up(report.folders).recognised; recognised > 0) {
    text += count_of(recognised, "message", "messages") + " recognised in the new instance of the mailbox\n";
  }
  if (report.folders_gone > 0) {
    text +=
        count_of(report.folders_gone, "folder of the mirror is", "folders of the mirror are") + " gone at the source\n";
  }
  return text;
}

Json to_json(const SurveyReport& report) {
  Json folders = Json::array();
  for (const FolderSurvey& folder : report.folders) folders.push_back(folder_json(folder));
  Json total = folder_json(add_up(report.folders));
  total.erase("path");
  total.erase("failure");
  return Json{{"first_time", report.first_time},     {"identity_changed", report.identity_changed},
              {"would_accept", report.would_accept}, {"folders_gone", number(report.folders_gone)},
              {"folders", std::move(folders)},       {"total", std::move(total)}};
}

Ending ending_of(const SurveyReport& report) {
  if (report.identity_changed && !report.would_accept) {
    return ending(
        ExitCode::decision_needed,
        "the source is another mailbox than the mirror was made from, or the same one moved or restored; if it "
        "is the same, 'mapisync sync --accept-new-instance' goes on with it");
  }
  const FolderSurvey sum = add_up(report.folders);
  if (sum.held > 0) {
    return ending(ExitCode::decision_needed, count_of(sum.held, "deletion waits", "deletions wait") +
                                                 " for approval; 'mapisync deletions list' shows them");
  }
  const std::uint64_t unreadable = unreadable_folders(report);
  const std::uint64_t open =
      sum.to_fetch + sum.pending + sum.to_delete + sum.read_differs + report.folders_gone + unreadable;
  if (open > 0 || report.first_time || report.would_accept) {
    return ending(ExitCode::incomplete, count_of(sum.to_fetch + sum.pending, "message", "messages") + " to fetch, " +
                                            format_count(sum.to_delete) + " to delete, " +
                                            count_of(sum.read_differs, "read mark", "read marks") + " to set, " +
                                            count_of(unreadable, "folder", "folders") +
                                            " unreadable; 'mapisync sync' brings the mirror up to date");
  }
  const std::uint64_t known = sum.quarantined + sum.suspected + sum.refused + sum.unidentified;
  if (known > 0) {
    return ending(ExitCode::in_step_but_known,
                  "in step, except for " + count_of(known, "message", "messages") + " already known to fail");
  }
  return ending(ExitCode::ok, count_of(sum.listed, "message", "messages") + " in step");
}

}  // namespace mapisync::cli
