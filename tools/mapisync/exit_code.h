// What a command ends with: one number, one name, one meaning. The last line on standard error prints them.
// Values; any thread.
#pragma once

#include <span>
#include <string>

#include "engine/base/failure.h"
#include "engine/model/records.h"

namespace mapisync::cli {

/// The first five are the grades of a run, the others those of sysexits(3). Scripts depend on the numbers.
enum class ExitCode : int {
  ok = 0,
  in_step_but_known = 1,
  new_trouble = 2,
  decision_needed = 3,
  incomplete = 4,
  usage = 64,
  dataerr = 65,
  noinput = 66,
  unavailable = 69,
  software = 70,
  cantcreat = 73,
  ioerr = 74,
  tempfail = 75,
  noperm = 77,
  config = 78,
  interrupted = 130,
};

struct ExitCodeEntry {
  ExitCode code;
  const char* name;
  const char* meaning;  // one line
  const char* next;     // what to do about it, one line
};

/// All codes, ascending.
std::span<const ExitCodeEntry> exit_codes() noexcept;
const char* name_of(ExitCode code) noexcept;

ExitCode exit_code_of(Grade grade) noexcept;
ExitCode exit_code_of(Errc code) noexcept;

/// How a command ended.
struct Ending {
  ExitCode code{ExitCode::ok};
  std::string reason;  // one line; names the thing and the remedy where there is trouble
};

/// "mapisync: exit 2 (new_trouble): 3 new messages in quarantine"
std::string last_line(const Ending& ending);

}  // namespace mapisync::cli
