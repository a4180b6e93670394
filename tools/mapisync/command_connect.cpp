#include "tools/mapisync/command_connect.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "providers/mapihttp/client/source_url.h"
#include "tools/mapisync/json_out.h"
#include "tools/mapisync/option_values.h"
#include "tools/mapisync/server_check.h"
#include "tools/mapisync/server_source.h"
#include "tools/mapisync/signals.h"
#include "tools/mapisync/source_options.h"
#include "tools/mapisync/text_table.h"

namespace mapisync::cli {

namespace {

struct ConnectRequest {
  SourceRequest source;
  Format format{Format::text};
};

const char* word_of(CheckResult result) {
  switch (result) {
    case CheckResult::good: return "ok";
    case CheckResult::failed: return "FAILED";
    case CheckResult::not_reached: return "-";
  }
  return "-";
}

void print(Context& context, const ConnectRequest& request, const std::vector<CheckStep>& steps, const Ending& end) {
  if (request.format == Format::json) {
    Json json{
        {"schema", "mapisync.connect/1"}, {"exit_code", static_cast<int>(end.code)}, {"exit_name", name_of(end.code)}};
    json["steps"] = Json::array();
    for (const CheckStep& step : steps) {
      json["steps"].push_back({{"step", step.name},
                               {"result", step.result == CheckResult::good     ? "ok"
                                          : step.result == CheckResult::failed ? "failed"
                                                                               : "not_reached"},
                               {"told", text_or_null(step.told)},
                               {"remedy", text_or_null(step.remedy)}});
    }
    return context.console.print(dump_pretty(json));
  }
  TextTable table({{"step", TextTable::Align::left}, {"", TextTable::Align::left}, {"what", TextTable::Align::left}});
  for (const CheckStep& step : steps) table.add({step.name, word_of(step.result), step.told});
  context.console.print(table.to_string(std::max<std::size_t>(context.console.out_columns(), 200)));
}

Ending ending_for(const std::vector<CheckStep>& steps) {
  const auto bad = std::find_if(steps.begin(), steps.end(),
                                [](const CheckStep& step) { return step.result == CheckResult::failed; });
  if (bad == steps.end()) return ending(ExitCode::ok, "a sync would work");
  std::string reason = bad->name + ": " + bad->told;
  if (!bad->remedy.empty()) reason += "; " + bad->remedy;
  return ending(exit_code_of(bad->failure->errc()), std::move(reason));
}

Ending run_connect(Context& context, const ConnectRequest& request) {
  StopFlag stop;
  const StopOnSignal stop_on_signal(stop);
  const std::string doing = "connect to " + in_quotes(request.source.name);
  if (!mapihttp::is_source_url(request.source.name)) {
    return ending(ExitCode::usage, "connect tries servers: mapihttps://HOST/?mailbox=ADDRESS");
  }
  auto server = open_server(request.source, {context.log, context.clock, context.random, stop});
  if (!server) return cli::ending_of(server.error(), doing);
  const std::vector<CheckStep> steps = check_server(*server.value(), context.clock);
  if (stop.requested()) return ending(ExitCode::incomplete, "stopped before everything was tried");
  Ending end = ending_for(steps);
  print(context, request, steps, end);
  return end;
}

constexpr const char* kConnectFooter = R"(NOTES
  Tries a server step by step - name, connection, TLS, authentication, where the
  mailbox is, session, logon, what the server can do, its clock - and says which step
  fails and what to do. Nothing is read but names, and nothing is written.

EXAMPLES
  mapisync connect 'mapihttps://mail.example.com/?mailbox=ann@example.com'
  mapisync connect 'mapihttps://mail.example.com/?mailbox=ann@example.com' \
    --user 'EXAMPLE\ann' --password-file ann.password --ca-file our-ca.pem

EXIT CODES
  0 a sync would work   64 SOURCE makes no sense   66 no such mailbox
  75 the server cannot be reached, or is busy   77 it refuses us)";

}  // namespace

void add_connect_command(CLI::App& app, Chosen& chosen) {
  CLI::App& command = *app.add_subcommand("connect", "Try a server step by step, and say what is wrong");
  auto request = std::make_shared<ConnectRequest>();
  command.add_option("SOURCE", request->source.name, "mapihttps://HOST/?mailbox=ADDRESS")->required();
  add_login_options(command, request->source.login);
  add_format(command, request->format, {Format::text, Format::json});
  command.footer(kConnectFooter);
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_connect(context, *request); }; });
}

}  // namespace mapisync::cli
