// The command line: words in, one command run, its ending told. All composition happens in the commands.
#include <exception>
#include <new>
#include <string>

#include "tools/mapisync/command_line.h"
#include "tools/mapisync/console.h"
#include "tools/mapisync/signals.h"
#include "tools/mapisync/system_clock.h"
#include "tools/mapisync/system_random.h"

namespace {

using namespace mapisync::cli;

Ending run(Console& console, mapisync::Clock& clock, const Parsed& parsed) {
  SystemRandom random;
  Context context{console, clock, random, console.log()};
  try {
    return parsed.command(context);
  } catch (const std::bad_alloc&) {
    return ending(ExitCode::tempfail, "out of memory; what was committed is safe");
  } catch (const std::exception& error) {
    // The last resort for what a library below throws against its word; our own code returns failures.
    return ending(ExitCode::software, std::string("unexpected: ") + error.what() + "; please report this");
  }
}

int tell(Console& console, Ending end, bool silent) {
  std::string why;
  if (!console.finish(why)) end = ending(ExitCode::ioerr, "cannot write the result to standard output: " + why);
  if (!silent || end.code != ExitCode::ok) console.line(last_line(end));
  return static_cast<int>(end.code);
}

}  // namespace

int main(int argc, char** argv) {
  prepare_process();
  SystemClock clock;
  Console console(clock);
  CommandLine command_line;
  const Parsed parsed = command_line.parse(argc, argv);
  console.configure(parsed.style);
  if (parsed.error) return tell(console, *parsed.error, false);
  if (!parsed.command) {
    console.print(parsed.output);
    return tell(console, Ending{}, true);
  }
  return tell(console, run(console, clock, parsed), false);
}
