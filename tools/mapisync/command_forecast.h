// mapisync forecast SOURCE MIRROR.db
#pragma once

#include "tools/mapisync/command.h"

namespace CLI {
class App;
}

namespace mapisync::cli {

void add_forecast_command(CLI::App& app, Chosen& chosen);

}  // namespace mapisync::cli
