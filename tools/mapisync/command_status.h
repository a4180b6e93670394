// mapisync status MIRROR.db
#pragma once

#include "tools/mapisync/command.h"

namespace CLI {
class App;
}

namespace mapisync::cli {

void add_status_command(CLI::App& app, Chosen& chosen);

}  // namespace mapisync::cli
