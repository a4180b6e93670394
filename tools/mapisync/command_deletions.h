// mapisync deletions list|approve
#pragma once

#include "tools/mapisync/command.h"

namespace CLI {
class App;
}

namespace mapisync::cli {

void add_deletions_commands(CLI::App& app, Chosen& chosen);

}  // namespace mapisync::cli
