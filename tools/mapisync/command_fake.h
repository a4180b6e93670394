// mapisync fake new|import|script|break|heal|show: a mailbox in one file, to play with.
#pragma once

#include "tools/mapisync/command.h"

namespace CLI {
class App;
}

namespace mapisync::cli {

void add_fake_commands(CLI::App& app, Chosen& chosen);

}  // namespace mapisync::cli
