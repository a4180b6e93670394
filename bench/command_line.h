// What every benchmark program understands.
#pragma once

#include <string>

namespace mapisync::bench {

struct CommandLine {
  bool smoke{false};  // small and quick: that it runs and that the counts hold, no figures worth keeping
  bool own{false};    // the program's own option was given
};

/// `about`: what the program measures, for --help. Ends the program after --help and for anything else it does not
/// know. `own_option`: one that only this program has, with the line that explains it.
struct OwnOption {
  const char* name;
  const char* what;
};
CommandLine parse(int argc, char** argv, const char* about, const OwnOption* own_option = nullptr);

}  // namespace mapisync::bench
