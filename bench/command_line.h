// What every benchmark program understands.
#pragma once

#include <string>

namespace mapisync::bench {

struct CommandLine {
  bool smoke{false};  // small and quick: that it runs and that the counts hold, no figures worth keeping
};

/// `about`: what the program measures, for --help. Ends the program after --help and for anything else it does not
/// know.
CommandLine parse(int argc, char** argv, const char* about);

}  // namespace mapisync::bench
