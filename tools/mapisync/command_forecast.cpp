#include "tools/mapisync/command_forecast.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>

#include "engine/staging/file_spool.h"
#include "engine/survey.h"
#include "store/memory/memory_sink.h"
#include "store/memory/memory_store.h"
#include "tools/mapisync/forecast_report.h"
#include "tools/mapisync/mirror_file.h"
#include "tools/mapisync/option_values.h"
#include "tools/mapisync/progress_view.h"
#include "tools/mapisync/signals.h"
#include "tools/mapisync/source.h"
#include "tools/mapisync/source_options.h"
#include "tools/mapisync/survey_report.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

constexpr CallPrice kAssumed{0.050, 1 / 10e6};     // 50 ms, 10 MB a second
constexpr std::uint64_t kAssumedMessage = 75'000;  // bytes, where the table tells no size
constexpr std::size_t kRunsToLookAt = 32;
constexpr double kLatencyMin = 0.0001;  // seconds

struct ForecastRequest {
  SourceRequest source;
  std::string mirror;
  SyncOptions options;
  std::optional<Duration> latency;
  std::optional<std::uint64_t> rate;
  Format format{Format::text};
};

Result<void> set_price(const ForecastRequest& request, Store& store, ForecastReport& report) {
  MAPISYNC_TRY(runs, store.runs(kRunsToLookAt));
  const auto measured = price_of_runs(runs);
  report.price = measured.value_or(kAssumed);
  report.latency_from = report.rate_from = measured ? PriceSource::measured : PriceSource::assumed;
  if (request.latency) {
    report.price.latency = std::max(std::chrono::duration<double>(*request.latency).count(), kLatencyMin);
    report.latency_from = PriceSource::given;
  }
  if (request.rate) {
    report.price.per_byte = 1 / static_cast<double>(*request.rate);
    report.rate_from = PriceSource::given;
  }
  return success();
}

std::uint32_t list_max(const SyncOptions& options, const SurveyReport& surveyed) {
  const std::uint32_t provider = surveyed.selective_list_max;
  return std::max(provider == 0 ? options.selective_list_max : std::min(provider, options.selective_list_max), 1U);
}

/// Rows whose size is not told count as large as the others.
std::uint64_t bytes_to_ask_for(const FolderSurvey& folder, std::uint64_t messages) {
  if (folder.open_sized == 0) return messages * kAssumedMessage;
  const double mean = static_cast<double>(folder.open_bytes) / static_cast<double>(folder.open_sized);
  return static_cast<std::uint64_t>(mean * static_cast<double>(messages));
}

FolderForecast forecast_of(const FolderSurvey& folder, const SurveyReport& surveyed, const ForecastRequest& request,
                           const ForecastReport& report) {
  FolderForecast out;
  out.path = folder.path;
  out.failure = folder.failure;
  const std::uint64_t open =
      std::min<std::uint64_t>(folder.to_fetch + folder.pending, std::numeric_limits<std::uint32_t>::max());
  out.question.messages = static_cast<std::uint32_t>(open);
  out.question.bytes = bytes_to_ask_for(folder, open);
  out.question.price = report.price;
  out.question.method = request.options.isolation_method;
  out.question.list_max = list_max(request.options, surveyed);
  out.sizes_known = folder.open_sized > 0;
  if (open == 0 || out.failure || !report.can_isolate) return out;
  out.first = first_list(out.question);
  out.lines = forecast(out.question);
  return out;
}

struct LookedAt {
  SurveyReport survey;
  ForecastReport forecast;
};

Result<LookedAt> look(Context& context, ForecastRequest request, Source& source, Store& store, const StopFlag& stop) {
  MAPISYNC_TRY(mailbox, store.mailbox());
  if (mailbox) request.options.root_path = mailbox->root_path;
  MemorySink unused;
  FileSpool spool;
  ProgressView progress(context.console, context.clock);
  const SyncEnvironment environment{source.provider(), store, unused,    context.clock,
                                    context.random,    spool, &progress, context.log};
  LookedAt found;
  MAPISYNC_TRY(surveyed, survey(environment, request.options, stop));
  MAPISYNC_TRYV(set_price(request, store, found.forecast));
  found.forecast.can_isolate = surveyed.selective_sync != Known::no;
  for (const FolderSurvey& folder : surveyed.folders) {
    if (stop.requested()) break;
    found.forecast.folders.push_back(forecast_of(folder, surveyed, request, found.forecast));
  }
  found.survey = std::move(surveyed);
  return found;
}

Ending forecast_ending(const ForecastRequest& request, const LookedAt& found, const StopFlag& stop) {
  if (stop.requested()) return ending(ExitCode::incomplete, "stopped before every folder was looked at");
  if (found.survey.identity_changed) {
    // What is ours and what is not cannot be told by key there: the forecast would be of everything.
    return cli::ending_of(found.survey);
  }
  if (found.survey.folders.empty() && !request.options.include_folders.empty()) {
    return no_folder_matches(request.options.include_folders);
  }
  std::uint64_t unreadable = 0;
  std::uint64_t open = 0;
  for (const FolderForecast& folder : found.forecast.folders) {
    unreadable += folder.failure ? 1 : 0;
    open += folder.question.messages;
  }
  if (unreadable > 0) {
    return ending(ExitCode::incomplete, count_of(unreadable, "folder", "folders") + " could not be read");
  }
  return ending(ExitCode::ok, open == 0 ? "nothing to ask for" : count_of(open, "message", "messages") + " to ask for");
}

Ending forecast_with(Context& context, const ForecastRequest& request, Source& source, Store& store,
                     const StopFlag& stop) {
  auto found = look(context, request, source, store, stop);
  context.console.hide_bar();
  if (!found) return cli::ending_of(found.error(), "look at " + in_quotes(request.source.name));
  const Ending end = forecast_ending(request, found.value(), stop);
  if (request.format == Format::json) {
    Json json{
        {"schema", "mapisync.forecast/1"}, {"exit_code", static_cast<int>(end.code)}, {"exit_name", name_of(end.code)}};
    json.update(to_json(found.value().forecast));
    context.console.print(dump_pretty(json));
  } else {
    context.console.print(to_text(found.value().forecast, context.console.out_columns()));
  }
  return end;
}

Ending run_forecast(Context& context, const ForecastRequest& request) {
  if (request.rate == 0U) return ending(ExitCode::usage, "--rate 0: nothing would ever come");
  StopFlag stop;
  const StopOnSignal stop_on_signal(stop);
  auto source = Source::open(request.source, {context.log, context.clock, context.random, stop});
  if (!source) return cli::ending_of(source.error(), "open the source " + in_quotes(request.source.name));
  if (!mirror_exists(request.mirror)) {
    MemoryStore empty;
    return forecast_with(context, request, source.value(), empty, stop);
  }
  auto mirror = ReadableMirror::open(request.mirror);
  if (!mirror) return cli::ending_of(mirror.error(), "open " + in_quotes(request.mirror));
  return forecast_with(context, request, source.value(), mirror.value().store(), stop);
}

constexpr const char* kForecastFooter = R"(NOTES
  Tells what it would cost to find 1, 10 or 100 bad messages among those that the
  mirror does not hold, should the export of a folder fail: exports, time, data. Reads
  the contents tables; writes nothing and exports nothing. MIRROR.db need not exist.

  calls       exports in which messages are asked for by name, one failing export of
              each bad message and the second one that proves it included; not the
              passes that failed before, nor the fence
  first list  messages in a list while nothing is known but that something is bad
  data        every message once, and what is sent again
  sent again  by failing calls and lost, if the server keeps nothing of them; most
              keep what came before the bad message, and then it is less

  The planner is played against such folders; prices are those of earlier runs into
  this mirror, where they tell, else 50 ms a call and 10 MB a second.

EXAMPLES
  mapisync forecast fake:box.fake mirror.db
  mapisync forecast fake:box.fake mirror.db --folder Inbox --latency 500ms --rate 2MB
  mapisync forecast fake:box.fake mirror.db --isolation tenths --format json

EXIT CODES
  0 told   3 a decision is needed: another mailbox   4 stopped, or a folder could not be read)";

}  // namespace

void add_forecast_command(CLI::App& app, Chosen& chosen) {
  CLI::App& command = *app.add_subcommand("forecast", "Tell what finding bad messages would cost, before it is done");
  auto request = std::make_shared<ForecastRequest>();
  add_source(command, request->source);
  command.add_option("MIRROR.db", request->mirror, "The mirror, which need not exist")->required();
  add_repeated(command, "--folder", request->options.include_folders, "Only folders that match; may be repeated");
  add_repeated(command, "--exclude", request->options.exclude_folders, "No folders that match; may be repeated");
  add_isolation_method(command, "--isolation", request->options.isolation_method);
  add_duration(command, "--latency", request->latency, "A call takes so long: 50ms, 2s");
  add_size(command, "--rate", request->rate, "So much comes in a second: 500k, 10MB");
  add_format(command, request->format, {Format::text, Format::json});
  add_source_options(command, request->source);
  command.footer(kForecastFooter);
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_forecast(context, *request); }; });
}

}  // namespace mapisync::cli
