#include "tools/mapisync/sync_runner.h"

#include <memory>
#include <optional>
#include <utility>

#include "engine/mailbox_sync.h"
#include "engine/staging/file_spool.h"
#include "engine/survey.h"
#include "store/memory/memory_sink.h"
#include "store/memory/memory_store.h"
#include "tools/mapisync/mirror_file.h"
#include "tools/mapisync/progress_view.h"
#include "tools/mapisync/quarantine_lookup.h"
#include "tools/mapisync/recording.h"
#include "tools/mapisync/report_json.h"
#include "tools/mapisync/report_text.h"
#include "tools/mapisync/retried.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/signals.h"
#include "tools/mapisync/survey_report.h"

namespace mapisync::cli {

namespace {

ReportStyle style_for(const Console& console) { return {console.out_columns(), console.verbose()}; }

/// The sink of runs that write nothing; a survey never calls it.
struct NoMirror {
  MemoryStore store;
  MemorySink sink;
};

void print_survey(Context& context, const SyncRequest& request, const SurveyReport& report, const Ending& end) {
  if (request.format == Format::text) {
    context.console.print(to_text(report, style_for(context.console)));
    return;
  }
  Json json{
      {"schema", "mapisync.dry_run/1"}, {"exit_code", static_cast<int>(end.code)}, {"exit_name", name_of(end.code)}};
  json.update(to_json(report));
  context.console.print(dump_pretty(json));
}

/// The options of the run: a mirror keeps to the root it was made with.
Result<SyncOptions> options_for(const SyncRequest& request, Store& store) {
  SyncOptions options = request.options;
  MAPISYNC_TRY(mailbox, store.mailbox());
  options.root_path = request.root.value_or(mailbox ? mailbox->root_path : "");
  if (!mailbox || options.root_path == mailbox->root_path) return options;
  const std::string made_with =
      mailbox->root_path.empty() ? "without --root" : "with --root '" + mailbox->root_path + "'";
  return fail(Errc::invalid_argument, Scope::process, Retry::never,
              "this mirror was made " + made_with + "; use another mirror for another root");
}

/// For a failure of options_for or of a run: settings that do not fit the mirror are no mistake in the words.
Ending settings_ending_of(const Failure& failure, const std::string& doing) {
  Ending end = ending_of(failure, doing);
  if (end.code == ExitCode::usage) end.code = ExitCode::config;
  return end;
}

Ending survey_with(Context& context, const SyncRequest& request, Source& source, Store& store, const StopFlag& stop) {
  NoMirror none;
  FileSpool spool;
  ProgressView progress(context.console, context.clock);
  const SyncEnvironment environment{source.provider(), store, none.sink, context.clock,
                                    context.random,    spool, &progress, context.log};
  const std::string doing = "look at " + in_quotes(request.source.name);
  auto options = options_for(request, store);
  if (!options) return settings_ending_of(options.error(), doing);
  auto report = survey(environment, options.value(), stop);
  context.console.hide_bar();
  if (!report) return settings_ending_of(report.error(), doing);
  const bool unmatched = report.value().folders.empty() && !request.options.include_folders.empty();
  Ending end = unmatched ? no_folder_matches(request.options.include_folders) : ending_of(report.value());
  print_survey(context, request, report.value(), end);
  return end;
}

Ending dry_run(Context& context, const SyncRequest& request, Source& source, const StopFlag& stop) {
  if (!mirror_exists(request.mirror)) {
    MemoryStore empty;
    return survey_with(context, request, source, empty, stop);
  }
  auto mirror = ReadableMirror::open(request.mirror);
  if (!mirror) return target_ending_of(mirror.error(), "open " + in_quotes(request.mirror));
  return survey_with(context, request, source, mirror.value().store(), stop);
}

void print_report(Context& context, const SyncRequest& request, const SyncReport& report,
                  const std::vector<RetriedMessage>& retried) {
  Console& console = context.console;
  switch (request.format) {
    case Format::csv: return console.print(to_csv(retried, report.run));
    case Format::jsonl:
      for (const RetriedMessage& message : retried) console.print(dump_line(to_json(message, report.run)));
      return;
    case Format::json: {
      Json json = to_json(report);
      if (request.tell_retried) json["retried"] = Json::array();
      for (const RetriedMessage& message : retried) json["retried"].push_back(to_json(message, report.run));
      return console.print(dump_pretty(json));
    }
    case Format::text:
      console.print(to_text(report, style_for(console)));
      if (request.tell_retried) console.print("\n" + to_text(retried));
  }
}

/// Before the run, and made due for it.
Result<std::vector<RetriedMessage>> prepare_retry(Context& context, const SyncRequest& request, Store& store) {
  std::vector<RetriedMessage> none;
  if (!request.tell_retried) return none;
  MAPISYNC_TRY(messages, messages_to_retry(store, request.due_now));
  MAPISYNC_TRYV(make_due(store, request.due_now, context.clock.now()));
  return messages;
}

/// What to type next; the exit code alone does not say.
void advise(Context& context, const SyncRequest& request, const SyncReport& report) {
  const std::string mirror = shell_word(request.mirror);
  const std::string both = shell_word(request.source.name) + ' ' + mirror;
  const auto next = [&](const std::string& command) { context.console.note("mapisync: next: mapisync " + command); };
  if (report.identity_changed) {
    context.console.note(
        "mapisync: the mirror was made from another mailbox, or this one was moved or restored since; nothing was "
        "changed");
    next("sync " + both + " --accept-new-instance    (if it is the same mailbox; with --dry-run it only tells)");
  } else if (report.grade == Grade::decision_needed) {
    next("deletions list " + mirror + "    (then: mapisync deletions approve " + both + ")");
  } else if (report.grade == Grade::new_trouble) {
    next("quarantine list " + mirror);
  } else if (report.grade == Grade::incomplete) {
    next("sync " + both + "    (goes on where this run stopped)");
  }
}

/// The run itself, recorded if that is wanted. `recording` outlives it.
Result<SyncReport> sync_with(Context& context, const SyncRequest& request, std::optional<TraceFile> file,
                             const SyncEnvironment& environment, const SyncOptions& options, const StopFlag& stop,
                             std::unique_ptr<Recording>& recording) {
  if (!file) return MailboxSync(environment, options).run(stop);
  recording = std::make_unique<Recording>(context, RecordRequest{*request.record, request.record_content},
                                          std::move(*file), environment, options, stop);
  MAPISYNC_TRYV(recording->begin());
  auto report = MailboxSync(recording->environment(), options).run(recording->stop());
  recording->end(report);
  return report;
}

/// Made before the mirror is, so that a wrong name leaves no mirror behind; removed again if nothing gets into it.
Result<std::optional<TraceFile>> trace_for(Context& context, const SyncRequest& request) {
  if (!request.record) return std::optional<TraceFile>();
  MAPISYNC_TRY(file, TraceFile::create(*request.record, context.log));
  return std::optional<TraceFile>(std::move(file));
}

Ending sync_into(Context& context, const SyncRequest& request, Source& source, const StopFlag& stop) {
  auto trace = trace_for(context, request);
  if (!trace) return target_ending_of(trace.error(), "record in " + in_quotes(*request.record));
  auto mirror = WritableMirror::open(request.mirror, !request.mirror_must_exist);
  if (!mirror) {
    const std::string doing = "open " + in_quotes(request.mirror);
    return request.mirror_must_exist ? ending_of(mirror.error(), doing) : target_ending_of(mirror.error(), doing);
  }
  if (mirror.value().store().integrity_checked()) {
    context.log.info("the last run did not close " + in_quotes(request.mirror) + "; it was checked and is sound");
  }
  const std::string doing = "sync " + in_quotes(request.source.name) + " into " + in_quotes(request.mirror);
  auto options = options_for(request, mirror.value().store());
  if (!options) return settings_ending_of(options.error(), doing);
  auto retried = prepare_retry(context, request, mirror.value().store());
  if (!retried) return ending_of(retried.error(), "retry");
  FileSpool spool;
  ProgressView progress(context.console, context.clock);
  const SyncEnvironment environment{
      source.provider(), mirror.value().store(), mirror.value().sink(), context.clock, context.random, spool, &progress,
      context.log};
  std::unique_ptr<Recording> recording;
  auto report = sync_with(context, request, std::move(trace).value(), environment, options.value(), stop, recording);
  context.console.hide_bar();
  const auto told = [&recording](Ending end) { return recording ? recording->ending_with(std::move(end)) : end; };
  if (!report) return told(settings_ending_of(report.error(), doing));
  if (auto looked = look_again(mirror.value().store(), retried.value()); !looked) {
    return ending_of(looked.error(), doing);
  }
  if (auto closed = mirror.value().close(); !closed) return ending_of(closed.error(), doing);
  print_report(context, request, report.value(), retried.value());
  const bool looked = !report.value().stopped && !report.value().identity_changed;
  if (looked && report.value().folders.empty() && !request.options.include_folders.empty()) {
    return told(no_folder_matches(request.options.include_folders));
  }
  advise(context, request, report.value());
  return told(ending(exit_code_of(report.value().grade), report.value().grade_reason));
}

}  // namespace

Ending run_sync(Context& context, const SyncRequest& request) {
  StopFlag stop;
  const StopOnSignal stop_on_signal(stop);
  auto source = Source::open(request.source, {context.log, context.clock, context.random, stop});
  if (!source) return ending_of(source.error(), "open the source " + in_quotes(request.source.name));
  if (!mirror_exists(request.mirror)) {
    // Asked before the mirror is made, so that a wrong root leaves no file behind.
    auto root = source.value().check_root(request.root.value_or(""));
    if (!root) return ending_of(root.error(), "sync " + in_quotes(request.source.name));
  }
  if (request.dry_run) return dry_run(context, request, source.value(), stop);
  return sync_into(context, request, source.value(), stop);
}

}  // namespace mapisync::cli
