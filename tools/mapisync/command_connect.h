// mapisync connect SOURCE
#pragma once

#include "tools/mapisync/command.h"

namespace CLI {
class App;
}

namespace mapisync::cli {

void add_connect_command(CLI::App& app, Chosen& chosen);

}  // namespace mapisync::cli
