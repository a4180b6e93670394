#include "tools/mapisync/command_help.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tools/mapisync/command_line.h"
#include "tools/mapisync/help_topics.h"

namespace mapisync::cli {

namespace {

Ending show_help(Context& context, const CommandLine& line, const std::vector<std::string>& words) {
  std::string name;
  for (const std::string& word : words) name += (name.empty() ? "" : " ") + word;
  std::string text = help_topic(name);
  if (text.empty()) text = line.help_of(name);
  if (text.empty()) {
    return ending(ExitCode::usage, "no help on " + in_quotes(name) + "; 'mapisync help' lists commands and topics");
  }
  context.console.print(text);
  return Ending{};
}

}  // namespace

void add_help_command(CLI::App& app, Chosen& chosen, const CommandLine& line) {
  CLI::App& command = *app.add_subcommand("help", "Help on a command or a topic");
  auto words = std::make_shared<std::vector<std::string>>();
  command.add_option("TOPIC", *words, "A topic or the words of a command; default: the commands");
  command.footer("EXAMPLES\n  mapisync help quarantine retry\n  mapisync help exit-codes\n\nTOPICS\n" + help_topics());
  command.callback([&chosen, &line, words] {
    chosen.command = [&line, words](Context& context) { return show_help(context, line, *words); };
  });
}

}  // namespace mapisync::cli
