// mapisync quarantine list|show|retry
#pragma once

#include "tools/mapisync/command.h"

namespace CLI {
class App;
}

namespace mapisync::cli {

void add_quarantine_commands(CLI::App& app, Chosen& chosen);

}  // namespace mapisync::cli
