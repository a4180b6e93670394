#include "tools/mapisync/command_line.h"

#include <CLI/CLI.hpp>
#include <map>

#include "tools/mapisync/command_connect.h"
#include "tools/mapisync/command_deletions.h"
#include "tools/mapisync/command_export.h"
#include "tools/mapisync/command_fake.h"
#include "tools/mapisync/command_forecast.h"
#include "tools/mapisync/command_help.h"
#include "tools/mapisync/command_quarantine.h"
#include "tools/mapisync/command_replay.h"
#include "tools/mapisync/command_status.h"
#include "tools/mapisync/command_sync.h"
#include "tools/mapisync/command_verify.h"
#include "tools/mapisync/help_formatter.h"
#include "tools/mapisync/help_topics.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/version.h"

namespace mapisync::cli {

namespace {

constexpr const char* kAbout =
    "Copies an Exchange mailbox into a database and keeps it in step, also when some messages cannot be exported: it "
    "finds them, proves them, sets them aside, reports them, and loses nothing else.";

constexpr const char* kProgramFooter = R"(EXAMPLES
  mapisync fake import box.fake mail.mbox    make a mailbox out of real mail
  mapisync sync fake:box.fake mirror.db      copy it, past the bad messages
  mapisync quarantine list mirror.db         see what could not be copied

EXIT CODES
  0 in step   1 in step but for what was known   2 new bad messages or findings
  3 a decision is needed   4 incomplete, run again   64-78 errors   130 left at once
  'mapisync help exit-codes' explains all of them.

TOPICS ('mapisync help TOPIC')
)";

void add_common_options(CLI::App& app, ConsoleStyle& style) {
  app.add_flag("-q,--quiet", style.quiet, "Only warnings, errors and the last line on standard error");
  app.add_flag_callback(
      "-v,--verbose",
      [&style] {
        style.verbose = true;
        if (style.level > Level::info) style.level = Level::info;
      },
      "One line per step in the log, all folders in tables");
  static const std::map<std::string, Level> levels{{"trace", Level::trace}, {"debug", Level::debug},
                                                   {"info", Level::info},   {"warn", Level::warn},
                                                   {"error", Level::error}, {"off", Level::off}};
  app.add_option_function<std::string>(
         "--log-level",
         [&style](const std::string& text) {
           const auto found = levels.find(text);
           if (found == levels.end()) {
             throw CLI::ValidationError("--log-level",
                                        "'" + text + "' is no level; choose trace, debug, info, warn, error or off");
           }
           style.level = found->second;
         },
         "What to log: trace, debug, info, warn (default), error, off")
      ->type_name("LEVEL");
  app.add_flag("--no-color", style.no_colour, "No colours, as with NO_COLOR in the environment");
}

/// The command that the words reached before they went wrong: "mapisync sync".
std::string reached(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app.get_name() : app.get_name() + ' ' + [&] {
    std::string rest;
    for (const CLI::App* at = chosen.back(); at != nullptr;) {
      rest += (rest.empty() ? "" : " ") + at->get_name();
      const auto deeper = at->get_subcommands();
      at = deeper.empty() ? nullptr : deeper.back();
    }
    return rest;
  }();
}

/// The words nobody expected, or the parser's own sentence.
std::string complaint(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    for (const std::string& word : app.remaining(true)) {
      const bool option = word.size() > 1 && word.front() == '-';
      if (!option && app.get_subcommands().empty()) return "there is no command " + in_quotes(word);
      return (option ? "unknown option " : "unexpected argument ") + in_quotes(word);
    }
  }
  std::string text = error.what();
  while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.pop_back();
  return for_terminal(text);
}

}  // namespace

CommandLine::CommandLine() : app_(std::make_unique<CLI::App>(kAbout, "mapisync")) {
  app_->formatter(std::make_shared<HelpFormatter>());
  app_->footer(std::string(kProgramFooter) + help_topics());
  app_->set_help_flag("-h,--help", "This help");
  app_->set_version_flag("--version", std::string("mapisync ") + kVersion, "The version");
  app_->require_subcommand(0, 1);
  app_->fallthrough();
  add_common_options(*app_, style_);
  add_sync_command(*app_, chosen_);
  add_connect_command(*app_, chosen_);
  add_status_command(*app_, chosen_);
  add_verify_command(*app_, chosen_);
  add_forecast_command(*app_, chosen_);
  add_quarantine_commands(*app_, chosen_);
  add_deletions_commands(*app_, chosen_);
  add_export_command(*app_, chosen_);
  add_replay_command(*app_, chosen_);
  add_fake_commands(*app_, chosen_);
  add_help_command(*app_, chosen_, *this);
}

CommandLine::~CommandLine() = default;

Parsed CommandLine::parse(int argc, const char* const* argv) {
  Parsed parsed;
  try {
    app_->parse(argc, argv);
    parsed.command = chosen_.command;
    if (!parsed.command) {
      const std::string words = reached(*app_);
      parsed.error = ending(ExitCode::usage, "no command given; '" + words + " --help' lists what there is");
    }
  } catch (const CLI::CallForVersion& version) {
    parsed.output = std::string(version.what()) + '\n';
  } catch (const CLI::CallForHelp&) {
    parsed.output = app_->help();
  } catch (const CLI::CallForAllHelp&) {
    parsed.output = app_->help();
  } catch (const CLI::ParseError& error) {
    parsed.error =
        ending(ExitCode::usage, complaint(*app_, error) + "; '" + reached(*app_) + " --help' tells what is right");
  }
  parsed.style = style_;
  return parsed;
}

std::string CommandLine::help_of(const std::string& words) const {
  const CLI::App* at = app_.get();
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find(' ', begin), words.size());
    const std::string name = words.substr(begin, end - begin);
    const auto found = at->get_subcommands([&name](const CLI::App* command) { return command->get_name() == name; });
    if (found.empty()) return {};
    at = found.front();
    begin = end + 1;
  }
  return at->help();
}

}  // namespace mapisync::cli
