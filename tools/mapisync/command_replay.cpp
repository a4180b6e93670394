#include "tools/mapisync/command_replay.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "engine/staging/file_spool.h"
#include "store/memory/memory_store.h"
#include "tools/mapisync/discarding_sink.h"
#include "tools/mapisync/json_out.h"
#include "tools/mapisync/mirror_file.h"
#include "tools/mapisync/option_values.h"
#include "tools/mapisync/progress_view.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/signals.h"
#include "tools/mapisync/trace_file.h"
#include "tools/mapisync/trace_replay.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

struct ReplayRequest {
  std::string trace;
  std::string mirror;  // empty: into memory
  Format format{Format::text};
};

Ending replay_ending(const ReplayReport& report) {
  const std::string calls = count_of(report.calls, "call", "calls");
  switch (report.verdict) {
    case ReplayVerdict::as_recorded: return ending(ExitCode::ok, "as recorded, " + calls);
    case ReplayVerdict::diverged:
      return ending(ExitCode::new_trouble, "left the trace at call " + format_count(report.divergence->call) +
                                               ", after " + calls + " as recorded");
    case ReplayVerdict::other_outcome:
      return ending(ExitCode::new_trouble, calls + " as recorded, but the run ends otherwise");
    case ReplayVerdict::recording_ends:
      return ending(ExitCode::incomplete, "as recorded up to where the trace ends, after " + calls +
                                              ": the recorded process was ended, or the copy is not whole");
    case ReplayVerdict::stopped: return ending(ExitCode::incomplete, "stopped after " + calls + " as recorded");
  }
  return ending(ExitCode::software, "no verdict");
}

std::string indented_lines(const std::string& text) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out += "  " + for_terminal(std::string_view(text).substr(begin, end - begin)) + '\n';
    begin = end + 1;
  }
  return out;
}

std::string replay_text(const trace::TraceHead& head, const ReplayReport& report) {
  std::string text = "recorded " + for_terminal(to_iso8601(head.created)) + " by mapisync " +
                     for_terminal(head.version) + (head.discretion.content ? ", with content\n" : "\n");
  if (report.divergence) {
    const trace::Divergence& at = *report.divergence;
    text += "call " + format_count(at.call) +
            ": this mapisync asks something else\n  asked:    " + for_terminal(at.asked) +
            "\n  recorded: " + for_terminal(at.recorded) + '\n';
    if (!at.detail.empty()) text += "  " + for_terminal(at.detail) + '\n';
    return text;
  }
  if (report.verdict == ReplayVerdict::other_outcome) {
    return text + "recorded outcome:\n" + indented_lines(report.recorded) + "this outcome:\n" +
           indented_lines(report.replayed);
  }
  if (!report.recorded.empty()) text += "outcome:\n" + indented_lines(report.recorded);
  return text;
}

Json replay_json(const trace::TraceHead& head, const ReplayReport& report, const Ending& end) {
  Json json{{"schema", "mapisync.replay/1"},
            {"exit_code", static_cast<int>(end.code)},
            {"exit_name", name_of(end.code)},
            {"recorded_at", to_iso8601(head.created)},
            {"recorded_by", valid_utf8(head.version)},
            {"has_content", head.discretion.content},
            {"verdict", name_of(report.verdict)},
            {"calls", number(report.calls)},
            {"clock_differences", number(report.clock_differences)},
            {"divergence", nullptr},
            {"recorded_outcome", text_or_null(report.recorded)},
            {"outcome", text_or_null(report.replayed)}};
  if (!report.divergence) return json;
  json["divergence"] = {{"call", number(report.divergence->call)},
                        {"asked", valid_utf8(report.divergence->asked)},
                        {"recorded", valid_utf8(report.divergence->recorded)},
                        {"detail", text_or_null(report.divergence->detail)}};
  return json;
}

Ending replay_into(Context& context, const ReplayRequest& request, TraceReplay& replay, const trace::TraceHead& head,
                   Store& store, ChangeSink& sink) {
  FileSpool spool;
  ProgressView progress(context.console, context.clock);
  auto report = replay.run({store, sink, spool, &progress, context.log});
  context.console.hide_bar();
  if (!report) return cli::ending_of(report.error(), "replay " + in_quotes(request.trace));
  const Ending end = replay_ending(report.value());
  context.console.print(request.format == Format::json ? dump_pretty(replay_json(head, report.value(), end))
                                                       : replay_text(head, report.value()));
  return end;
}

Ending run_replay(Context& context, const ReplayRequest& request) {
  StopFlag stop;
  const StopOnSignal stop_on_signal(stop);
  auto input = TraceInput::open(request.trace);
  if (!input) return cli::ending_of(input.error(), "open " + in_quotes(request.trace));
  TraceReplay replay(input.value(), &stop);
  auto head = replay.begin();
  if (!head) return cli::ending_of(head.error(), "replay " + in_quotes(request.trace));
  if (request.mirror.empty()) {
    MemoryStore store;
    DiscardingSink sink;
    return replay_into(context, request, replay, head.value(), store, sink);
  }
  if (mirror_exists(request.mirror)) {
    return ending(ExitCode::cantcreat, "cannot replay into " + in_quotes(request.mirror) +
                                           ": there is a file of that name; a replay needs a new mirror");
  }
  auto mirror = WritableMirror::open(request.mirror, true);
  if (!mirror) return target_ending_of(mirror.error(), "open " + in_quotes(request.mirror));
  Ending end = replay_into(context, request, replay, head.value(), mirror.value().store(), mirror.value().sink());
  auto closed = mirror.value().close();
  return closed ? end : cli::ending_of(closed.error(), "close " + in_quotes(request.mirror));
}

constexpr const char* kReplayFooter = R"(NOTES
  Makes the run that 'mapisync sync --record TRACE' has recorded once more: the real
  engine, against a server that answers what the recorded one answered. Times are
  those of the trace; waiting takes none. Neither a server nor the former mirror is
  needed: the trace holds what the engine had stored when the run began.

  If the engine asks something else than it did, the replay ends there, and tells
  the number of the call, what was asked, and what was recorded.

  Without MIRROR.db the run is made in memory. Otherwise MIRROR.db is a new mirror:
  'status' and 'quarantine list' show what the run left. Unless recorded with
  content, its texts are stand-ins of the same size.

EXAMPLES
  mapisync replay run.trace
  mapisync replay run.trace new.db && mapisync quarantine list new.db
  mapisync replay run.trace --format json | jq .divergence

EXIT CODES
  0 as recorded   2 something else was asked, or another end came out of it
  4 the trace ends before the run did   65 no trace, or a damaged one)";

}  // namespace

void add_replay_command(CLI::App& app, Chosen& chosen) {
  CLI::App& command = *app.add_subcommand("replay", "Make a recorded run again, and tell where it goes another way");
  auto request = std::make_shared<ReplayRequest>();
  command.add_option("TRACE", request->trace, "What 'sync --record' has written")->required();
  command.add_option("MIRROR.db", request->mirror, "A new mirror; default: in memory");
  add_format(command, request->format, {Format::text, Format::json});
  command.footer(kReplayFooter);
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_replay(context, *request); }; });
}

}  // namespace mapisync::cli
