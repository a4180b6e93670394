#include "tools/mapisync/command_verify.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "engine/staging/file_spool.h"
#include "engine/survey.h"
#include "store/memory/memory_sink.h"
#include "tools/mapisync/mirror_check.h"
#include "tools/mapisync/progress_view.h"
#include "tools/mapisync/signals.h"
#include "tools/mapisync/source_options.h"
#include "tools/mapisync/survey_report.h"
#include "tools/mapisync/sync_request.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

struct VerifyRequest {
  SourceRequest source;
  std::string mirror;
  SyncOptions options;
  Format format{Format::text};
  bool content{false};
};

struct Found {
  SurveyReport survey;
  MirrorCheck mirror;
  std::uint64_t findings{0};  // of the folders that were looked at, and of the mailbox
};

Result<std::uint64_t> open_findings(Store& store, const SurveyReport& survey) {
  MAPISYNC_TRY(findings, store.findings(std::nullopt));
  return static_cast<std::uint64_t>(std::count_if(findings.begin(), findings.end(), [&](const Finding& finding) {
    const auto is_its_folder = [&](const FolderSurvey& folder) { return folder.id == finding.folder; };
    return finding.folder == FolderId::none || std::any_of(survey.folders.begin(), survey.folders.end(), is_its_folder);
  }));
}

Result<Found> look(Context& context, VerifyRequest request, Source& source, ReadableMirror& mirror,
                   const StopFlag& stop) {
  MAPISYNC_TRY(mailbox, mirror.store().mailbox());
  if (mailbox) request.options.root_path = mailbox->root_path;
  MemorySink unused;
  FileSpool spool;
  ProgressView progress(context.console, context.clock);
  const SyncEnvironment environment{source.provider(), mirror.store(), unused,    context.clock,
                                    context.random,    spool,          &progress, context.log};
  MAPISYNC_TRY(surveyed, survey(environment, request.options, stop));
  MAPISYNC_TRY(names, FolderNames::load(mirror.store()));
  MAPISYNC_TRY(checked, check_mirror(mirror, names, request.content, stop));
  MAPISYNC_TRY(findings, open_findings(mirror.store(), surveyed));
  return Found{std::move(surveyed), std::move(checked), findings};
}

/// A mirror that does not hold what its ledger says is worse than one that is behind.
Ending verify_ending(const Found& found, const StopFlag& stop) {
  if (stop.requested()) return ending(ExitCode::incomplete, "stopped before everything was compared");
  const FolderCheck sum = found.mirror.sum();
  if (sum.differences() > 0) {
    return ending(ExitCode::new_trouble, "the mirror differs from its ledger in " +
                                             count_of(sum.differences(), "message", "messages") +
                                             "; restore it from a copy, or sync into a new mirror");
  }
  Ending end = cli::ending_of(found.survey);
  if (end.code == ExitCode::ok && found.findings > 0) {
    return ending(
        ExitCode::in_step_but_known,
        "in step, except for " + count_of(found.findings, "finding", "findings") + "; 'mapisync status' lists them");
  }
  return end;
}

Ending run_verify(Context& context, const VerifyRequest& request) {
  StopFlag stop;
  const StopOnSignal stop_on_signal(stop);
  auto source = Source::open(request.source, {context.log, context.clock, context.random, stop});
  if (!source) return cli::ending_of(source.error(), "open the source " + in_quotes(request.source.name));
  auto mirror = ReadableMirror::open(request.mirror);
  if (!mirror) return cli::ending_of(mirror.error(), "open " + in_quotes(request.mirror));
  auto found = look(context, request, source.value(), mirror.value(), stop);
  context.console.hide_bar();
  if (!found) return cli::ending_of(found.error(), "verify " + in_quotes(request.mirror));
  Ending end = verify_ending(found.value(), stop);
  if (found.value().survey.folders.empty() && !request.options.include_folders.empty()) {
    end = no_folder_matches(request.options.include_folders);
  }
  if (request.format == Format::json) {
    Json json{
        {"schema", "mapisync.verify/1"}, {"exit_code", static_cast<int>(end.code)}, {"exit_name", name_of(end.code)}};
    json["source"] = to_json(found.value().survey);
    json["mirror"] = to_json(found.value().mirror);
    context.console.print(dump_pretty(json));
  } else {
    const std::size_t columns = context.console.out_columns();
    context.console.print(to_text(found.value().survey, {columns, context.console.verbose()}) + "\n" +
                          to_text(found.value().mirror, columns));
  }
  return end;
}

constexpr const char* kVerifyFooter = R"(NOTES
  Reads the contents tables of the source and compares them with the ledger, and the
  ledger with the mirror, key by key. Writes nothing and exports nothing.

EXAMPLES
  mapisync verify fake:box.fake mirror.db
  mapisync verify fake:box.fake mirror.db --content    # also loads every message

EXIT CODES
  0 all agree   1 all agree but for known bad messages and findings   2 the mirror is damaged
  3 a decision is needed   4 the source has moved on: run sync)";

}  // namespace

void add_verify_command(CLI::App& app, Chosen& chosen) {
  CLI::App& command = *app.add_subcommand("verify", "Compare source, ledger and mirror without changing anything");
  auto request = std::make_shared<VerifyRequest>();
  add_source(command, request->source);
  command.add_option("MIRROR.db", request->mirror, "The mirror")->required();
  add_repeated(command, "--folder", request->options.include_folders, "Only folders that match; may be repeated");
  add_repeated(command, "--exclude", request->options.exclude_folders, "No folders that match; may be repeated");
  command.add_flag("--content", request->content, "Also load every message of the mirror");
  add_format(command, request->format, {Format::text, Format::json});
  add_source_options(command, request->source);
  command.footer(kVerifyFooter);
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_verify(context, *request); }; });
}

}  // namespace mapisync::cli
