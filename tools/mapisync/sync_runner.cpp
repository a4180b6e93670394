#include "tools/mapisync/sync_runner.h"

#include <filesystem>
#include <utility>

#include "engine/mailbox_sync.h"
#include "engine/staging/file_spool.h"
#include "engine/survey.h"
#include "store/memory/memory_sink.h"
#include "store/memory/memory_store.h"
#include "tools/mapisync/mirror_file.h"
#include "tools/mapisync/progress_view.h"
#include "tools/mapisync/quarantine_lookup.h"
#include "tools/mapisync/report_json.h"
#include "tools/mapisync/report_text.h"
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

Ending survey_with(Context& context, const SyncRequest& request, Source& source, Store& store, const StopFlag& stop) {
  NoMirror none;
  FileSpool spool;
  ProgressView progress(context.console, context.clock);
  const SyncEnvironment environment{source.provider(), store, none.sink, context.clock,
                                    context.random,    spool, &progress, context.log};
  auto report = survey(environment, request.options, stop);
  if (!report) return ending_of(report.error(), "look at " + in_quotes(request.source.name));
  Ending end = ending_of(report.value());
  print_survey(context, request, report.value(), end);
  return end;
}

Ending dry_run(Context& context, const SyncRequest& request, Source& source, const StopFlag& stop) {
  std::error_code error;
  if (!std::filesystem::exists(request.mirror, error) && !error) {
    MemoryStore empty;
    return survey_with(context, request, source, empty, stop);
  }
  auto mirror = ReadableMirror::open(request.mirror);
  if (!mirror) return ending_of(mirror.error(), "open " + in_quotes(request.mirror));
  return survey_with(context, request, source, mirror.value().store(), stop);
}

void print_report(Context& context, const SyncRequest& request, const SyncReport& report) {
  if (request.format == Format::json) {
    context.console.print(dump_pretty(to_json(report)));
  } else {
    context.console.print(to_text(report, style_for(context.console)));
  }
}

/// What the exit code alone does not say.
void advise(Context& context, const SyncRequest& request, const SyncReport& report) {
  const std::string mirror = in_quotes(request.mirror);
  if (report.grade == Grade::decision_needed && report.identity_changed) {
    context.console.note(
        "mapisync: the mirror was made from another mailbox, or this one was moved or restored since; sync into a new "
        "mirror");
  } else if (report.grade == Grade::decision_needed) {
    context.console.note("mapisync: 'mapisync deletions list " + mirror +
                         "' shows what waits; 'mapisync deletions approve' lets it go");
  } else if (report.grade == Grade::new_trouble) {
    context.console.note("mapisync: 'mapisync quarantine list " + mirror + "' shows what could not be copied");
  } else if (report.grade == Grade::incomplete) {
    context.console.note("mapisync: run the same command again to go on");
  }
}

Ending sync_into(Context& context, const SyncRequest& request, Source& source, const StopFlag& stop) {
  auto mirror = WritableMirror::open(request.mirror);
  if (!mirror) return ending_of(mirror.error(), "open " + in_quotes(request.mirror));
  if (auto due = make_due(mirror.value().store(), request.due_now, context.clock.now()); !due) {
    return ending_of(due.error(), "retry");
  }
  FileSpool spool;
  ProgressView progress(context.console, context.clock);
  const SyncEnvironment environment{
      source.provider(), mirror.value().store(), mirror.value().sink(), context.clock, context.random, spool, &progress,
      context.log};
  auto report = MailboxSync(environment, request.options).run(stop);
  context.console.hide_bar();
  if (!report) {
    return ending_of(report.error(), "sync " + in_quotes(request.source.name) + " into " + in_quotes(request.mirror));
  }
  print_report(context, request, report.value());
  advise(context, request, report.value());
  return ending(exit_code_of(report.value().grade), report.value().grade_reason);
}

}  // namespace

Ending run_sync(Context& context, const SyncRequest& request) {
  StopFlag stop;
  const StopOnSignal stop_on_signal(stop);
  auto source = Source::open(request.source, context.log);
  if (!source) return ending_of(source.error(), "open the source " + in_quotes(request.source.name));
  if (auto root = source.value().check_root(request.options.root_path); !root) {
    return ending_of(root.error(), "sync " + in_quotes(request.source.name));
  }
  if (request.dry_run) return dry_run(context, request, source.value(), stop);
  return sync_into(context, request, source.value(), stop);
}

}  // namespace mapisync::cli
