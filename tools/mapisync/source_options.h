// SOURCE on the command line, and the options that belong to it. `request` outlives the parse.
#pragma once

#include <CLI/CLI.hpp>

#include "tools/mapisync/source.h"

namespace mapisync::cli {

/// The positional.
void add_source(CLI::App& command, SourceRequest& request);
/// --fault-plan, and how to log on to a server.
void add_source_options(CLI::App& command, SourceRequest& request);
void add_login_options(CLI::App& command, ServerLogin& login);

}  // namespace mapisync::cli
