#include "bench/command_line.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace mapisync::bench {

CommandLine parse(int argc, char** argv, const char* about, const OwnOption* own_option) {
  CommandLine line;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--smoke") {
      line.smoke = true;
    } else if (own_option != nullptr && word == own_option->name) {
      line.own = true;
    } else if (word == "--help" || word == "-h") {
      std::printf("%s\n\n  --smoke  small and quick: sees that it runs and that the counts hold\n", about);
      if (own_option != nullptr) std::printf("  %s   %s\n", own_option->name, own_option->what);
      std::exit(0);
    } else {
      std::fprintf(stderr, "bench: unknown option %s; see --help\n", argv[i]);
      std::exit(64);
    }
  }
  return line;
}

}  // namespace mapisync::bench
