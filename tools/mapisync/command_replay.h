// `mapisync replay`.
#pragma once

#include "tools/mapisync/command.h"

namespace CLI {
class App;
}

namespace mapisync::cli {

void add_replay_command(CLI::App& app, Chosen& chosen);

}  // namespace mapisync::cli
