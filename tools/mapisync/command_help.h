// mapisync help [TOPIC or COMMAND]
#pragma once

#include "tools/mapisync/command.h"

namespace CLI {
class App;
}

namespace mapisync::cli {

class CommandLine;

/// `line` knows the help of all commands; it outlives the command.
void add_help_command(CLI::App& app, Chosen& chosen, const CommandLine& line);

}  // namespace mapisync::cli
