// mapisync export MIRROR.db --to DIR
#pragma once

#include "tools/mapisync/command.h"

namespace CLI {
class App;
}

namespace mapisync::cli {

void add_export_command(CLI::App& app, Chosen& chosen);

}  // namespace mapisync::cli
