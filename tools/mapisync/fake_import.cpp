#include "tools/mapisync/fake_import.h"

#include <utility>

#include "providers/fake/mime/mail_import.h"
#include "tools/mapisync/fake_box.h"
#include "tools/mapisync/json_out.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/signals.h"
#include "tools/mapisync/text_table.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

std::vector<std::string> cells(const std::string& name, const mime::FolderImport& f) {
  return {name, format_count(f.imported), format_count(f.known), format_count(f.unconvertible), format_size(f.bytes)};
}

std::string import_text(const mime::ImportReport& report, std::size_t columns) {
  using enum TextTable::Align;
  TextTable table({{"folder", left}, {"imported"}, {"known before"}, {"will not convert"}, {"size"}});
  for (const mime::FolderImport& folder : report.folders) table.add(cells(folder.path, folder));
  table.rule();
  table.add(cells("all folders", report.sum()));
  std::string text = table.to_string(columns);
  const mime::SkippedFiles& s = report.skipped;
  if (s.sum() > 0) {
    text += "skipped: " + count_of(s.odd, "file that is no mail", "files that are no mail") + ", " +
            format_count(s.unreadable) + " unreadable, " + format_count(s.too_large) + " too large, " +
            format_count(s.empty) + " empty\n";
    for (const std::string& note : s.notes) text += "  " + for_terminal(note) + "\n";
  }
  return text;
}

Json folder_json(const mime::FolderImport& f) {
  return Json{{"path", valid_utf8(f.path)},
              {"imported", number(f.imported)},
              {"known", number(f.known)},
              {"unconvertible", number(f.unconvertible)},
              {"bytes", number(f.bytes)}};
}

Json to_json(const mime::ImportReport& report) {
  Json folders = Json::array();
  for (const mime::FolderImport& folder : report.folders) folders.push_back(folder_json(folder));
  Json notes = Json::array();
  for (const std::string& note : report.skipped.notes) notes.push_back(valid_utf8(note));
  Json total = folder_json(report.sum());
  total.erase("path");
  return Json{{"schema", "mapisync.import/1"},
              {"stopped", report.stopped},
              {"folders", std::move(folders)},
              {"total", std::move(total)},
              {"skipped", Json{{"odd", number(report.skipped.odd)},
                               {"unreadable", number(report.skipped.unreadable)},
                               {"too_large", number(report.skipped.too_large)},
                               {"empty", number(report.skipped.empty)},
                               {"notes", std::move(notes)}}}};
}

/// A bar on a terminal; elsewhere the result says it all.
class ImportProgressBar {
 public:
  ImportProgressBar(Console& console, Clock& clock) : console_(console), clock_(clock), shown_(clock.elapsed()) {}
  void operator()(const mime::ImportReport& report) {
    constexpr Duration kRedraw = std::chrono::milliseconds(100);
    const Duration now = clock_.elapsed();
    if (!console_.can_show_bar() || now - shown_ < kRedraw) return;
    shown_ = now;
    const mime::FolderImport sum = report.sum();
    console_.show_bar("importing: " + count_of(sum.imported + sum.known, "message", "messages") + ", " +
                      format_size(sum.bytes));
  }

 private:
  Console& console_;
  Clock& clock_;
  Duration shown_;
};

Ending import_ending(const mime::ImportReport& report, const ImportRequest& request) {
  const mime::FolderImport sum = report.sum();
  if (report.stopped) {
    return ending(ExitCode::incomplete, "stopped after " + count_of(sum.imported, "message", "messages") +
                                            "; run the same command again to go on");
  }
  if (sum.imported + sum.known == 0) {
    return ending(ExitCode::dataerr, "no mail found in " + in_quotes(request.paths.front()) +
                                         (request.paths.size() > 1 ? " and the others" : "") +
                                         "; give mbox files, Maildirs, .eml files or folders of them");
  }
  if (sum.imported == 0)
    return ending(ExitCode::ok,
                  "nothing new: all " + count_of(sum.known, "message is", "messages are") + " there already");
  std::string told = count_of(sum.imported, "message", "messages") + " imported";
  if (sum.unconvertible > 0) told += ", " + format_count(sum.unconvertible) + " of them will not convert";
  return ending(ExitCode::ok,
                told + "; next: mapisync sync " + shell_word("fake:" + box_path(request.box)) + " MIRROR.db");
}

}  // namespace

Ending run_import(Context& context, const ImportRequest& request) {
  StopFlag stop;
  const StopOnSignal stop_on_signal(stop);
  auto mail = mime::open_mail_source(request.paths);
  if (!mail) {
    Ending end = cli::ending_of(mail.error(), "read mail");
    if (end.code == ExitCode::usage) end.code = ExitCode::dataerr;  // the words are right, the file is a pipe or such
    return end;
  }
  const std::string path = box_path(request.box);
  auto box = open_or_create_box(path, context.random);
  if (!box) return target_ending_of(box.error(), "open " + in_quotes(path));
  mime::ImportOptions options;
  options.target = request.into;
  options.force = request.force;
  ImportProgressBar bar(context.console, context.clock);
  auto report =
      mime::import_mail(box.value(), *mail.value(), options, &stop, [&bar](const auto& so_far) { bar(so_far); });
  context.console.hide_bar();
  if (!report) return cli::ending_of(report.error(), "import into " + in_quotes(path));
  if (request.format == Format::json) {
    context.console.print(dump_pretty(to_json(report.value())));
  } else {
    context.console.print(import_text(report.value(), context.console.out_columns()));
  }
  return import_ending(report.value(), request);
}

}  // namespace mapisync::cli
