// The command line as a whole: which commands there are, what every one of them understands, and what to say when the
// words do not fit.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tools/mapisync/command.h"

namespace CLI {
class App;
}

namespace mapisync::cli {

/// What came out of the words.
struct Parsed {
  Command command;  // empty: nothing to run
  ConsoleStyle style;
  std::string output;  // help or version text for standard output
  std::optional<Ending> error;
};

class CommandLine {
 public:
  CommandLine();
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Once per object; the command it returns borrows from this object.
  Parsed parse(int argc, const char* const* argv);
  /// Help of a command by its words ("quarantine list"); empty for an unknown one.
  std::string help_of(const std::string& words) const;

 private:
  std::unique_ptr<CLI::App> app_;
  Chosen chosen_;
  ConsoleStyle style_;
};

}  // namespace mapisync::cli
