// What all commands share: how one is described to the parser, what it runs with, and how it ends.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/log.h"
#include "engine/ports/clock.h"
#include "tools/mapisync/console.h"
#include "tools/mapisync/exit_code.h"

namespace mapisync::cli {

/// Borrowed for the length of one command.
struct Context {
  Console& console;
  Clock& clock;
  Random& random;
  Log log;
};

using Command = std::function<Ending(Context&)>;

/// Where the parser leaves the command that the words on the command line ask for.
struct Chosen {
  Command command;
};

/// The ending for a failure. `doing` names what was attempted and the thing: "open 'mirror.db'". The reason gets the
/// remedy.
Ending ending_of(const Failure& failure, const std::string& doing);
/// The same for a file that was to be made: what is missing is a place for it, not an input.
Ending target_ending_of(const Failure& failure, const std::string& doing);
/// --folder was given and nothing fits.
Ending no_folder_matches(const std::vector<std::string>& patterns);
/// An ending of our own.
Ending ending(ExitCode code, std::string reason);

/// A word of a command to be typed: quoted for a shell where it needs to be, harmless to print.
std::string shell_word(std::string_view word);

/// A name in quotation marks, harmless to print.
std::string in_quotes(std::string_view name);

}  // namespace mapisync::cli
