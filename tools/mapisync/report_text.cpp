#include "tools/mapisync/report_text.h"

#include <vector>

#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/text_table.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

constexpr std::size_t kFewFolders = 20;

bool nothing_to_tell(const FolderReport& folder) {
  return folder.source.sum() == folder.source.unchanged && folder.mirror.sum() == folder.mirror.unchanged &&
         folder.unfinished == Unfinished::none && folder.balanced() && folder.deleted == 0 &&
         folder.new_findings == 0 && folder.read_changes == 0;
}

std::string shown(const std::string& path) { return path.empty() ? "(root)" : path; }

/// What the other side counts, where it differs in a way that matters.
std::string remark(const FolderReport& folder) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (folder.unfinished != Unfinished::none) add(std::string("not done: ") + name_of(folder.unfinished));
  const bool cut_short = folder.unfinished == Unfinished::limit || folder.unfinished == Unfinished::stopped;
  if (cut_short && !folder.looked_at()) add("not looked at");
  if (folder.counts_moved) add("changed meanwhile");
  if (!folder.balanced()) add("totals differ");
  return text;
}

struct Shown {
  std::vector<const FolderReport*> folders;
  std::vector<const FolderReport*> quiet;  // in one line
};

Shown choose(const SyncReport& report, const ReportStyle& style) {
  Shown shown;
  for (const FolderReport& folder : report.folders) {
    const bool quiet = !style.all_folders && report.folders.size() > kFewFolders && nothing_to_tell(folder);
    (quiet ? shown.quiet : shown.folders).push_back(&folder);
  }
  return shown;
}

FolderReport add_up(const std::vector<const FolderReport*>& folders) {
  SyncReport part;
  for (const FolderReport* folder : folders) part.folders.push_back(*folder);
  return part.sum();
}

std::vector<std::string> source_cells(const std::string& name, const FolderReport& f) {
  const SourceTotals& s = f.source;
  return {name,
          format_count(s.unchanged),
          format_count(s.delivered),
          format_count(s.quarantined),
          format_count(s.suspected),
          format_count(s.pending),
          format_count(s.refused),
          format_count(s.vanished),
          format_count(s.sum()),
          remark(f)};
}

std::vector<std::string> mirror_cells(const std::string& name, const FolderReport& f) {
  const MirrorTotals& m = f.mirror;
  return {name,
          format_count(m.unchanged),
          format_count(m.delivered),
          format_count(m.stale),
          format_count(m.held),
          format_count(m.sum()),
          format_count(f.deleted),
          format_count(f.read_changes)};
}

template <class Cells>
std::string table(std::vector<TextTable::ColumnSpec> columns, const SyncReport& report, const ReportStyle& style,
                  Cells cells) {
  TextTable table(std::move(columns));
  const Shown which = choose(report, style);
  for (const FolderReport* folder : which.folders) table.add(cells(shown(folder->path), *folder));
  if (!which.quiet.empty()) {
    table.add(cells("(" + format_count(which.quiet.size()) + " folders unchanged)", add_up(which.quiet)));
  }
  table.rule();
  std::vector<std::string> sum = cells("all folders", report.sum());
  if (report.folders.empty()) sum[0] = "(no folders)";
  table.add(std::move(sum));
  return table.to_string(style.columns);
}

std::string source_table(const SyncReport& report, const ReportStyle& style) {
  using enum TextTable::Align;
  return table({{"source", left},
                {"unchanged"},
                {"delivered"},
                {"quarantined"},
                {"suspected"},
                {"pending"},
                {"refused"},
                {"vanished"},
                {"= sum"},
                {"", left}},
               report, style, source_cells);
}

std::string mirror_table(const SyncReport& report, const ReportStyle& style) {
  using enum TextTable::Align;
  return table(
      {{"mirror", left}, {"unchanged"}, {"delivered"}, {"stale"}, {"held"}, {"= sum"}, {"deleted"}, {"read marks"}},
      report, style, mirror_cells);
}

std::string costs_line(const SyncReport& report) {
  const Costs& c = report.costs;
  std::string text = "cost: " + format_duration(report.took) + ", " + count_of(c.calls, "export", "exports") + " (" +
                     format_count(c.failing_calls) + " failed, " + format_count(c.strikes) + " strikes, " +
                     format_count(c.controls) + " controls), " + format_size(c.bytes);
  text +=
      ", " + count_of(c.table_reads, "table read", "table reads") + " (" + count_of(c.table_rows, "row", "rows") + ")";
  if (c.probes > 0) text += ", " + count_of(c.probes, "probe", "probes");
  if (c.reconnects > 0) text += ", " + count_of(c.reconnects, "reconnect", "reconnects");
  if (c.waited.count() > 0) text += ", waited " + format_duration(c.waited);
  return text + "\n";
}

std::string news_line(const SyncReport& report) {
  const FolderReport sum = report.sum();
  std::string text;
  const auto add = [&](std::uint64_t n, const char* one, const char* many) {
    if (n > 0) text += (text.empty() ? "" : ", ") + count_of(n, one, many);
  };
  add(sum.recognised, "message recognised in the new instance", "messages recognised in the new instance");
  add(sum.source.delivered, "message delivered", "messages delivered");
  add(sum.new_quarantined, "message newly quarantined", "messages newly quarantined");
  add(sum.new_suspected, "message newly suspected", "messages newly suspected");
  add(sum.released, "message released", "messages released");
  add(sum.repaired, "sign of damage found and repaired", "signs of damage found and repaired");
  add(sum.deleted, "message deleted", "messages deleted");
  add(sum.moved, "message moved", "messages moved");
  add(sum.read_changes, "read mark changed", "read marks changed");
  add(sum.held, "deletion held", "deletions held");
  add(sum.new_findings, "new finding", "new findings");
  add(report.folders_added, "folder added", "folders added");
  add(report.folders_deleted, "folder deleted", "folders deleted");
  add(report.folders_unreadable, "folder unreadable", "folders unreadable");
  if (report.instance_accepted) text = "new instance of the mailbox accepted" + (text.empty() ? "" : ", " + text);
  return (text.empty() ? "nothing changed" : text) + "\n";
}

std::string failures(const SyncReport& report) {
  std::string text;
  for (const FolderReport& folder : report.folders) {
    if (!folder.failure) continue;
    text += for_terminal(shown(folder.path)) + ": " + for_terminal(folder.failure->to_string()) + "\n";
  }
  return text;
}

}  // namespace

std::string to_text(const SyncReport& report, const ReportStyle& style) {
  return source_table(report, style) + "\n" + mirror_table(report, style) + "\n" + failures(report) +
         news_line(report) + costs_line(report);
}

}  // namespace mapisync::cli
