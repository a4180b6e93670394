// Where passwords and tokens come from: environment, an open descriptor, a file, a terminal. Never the command line,
// which everybody on the machine can read. One trailing line end is left out; at most kMostSecretBytes.
//
// All fail with Scope::process, Retry::never, and name the source, never what it held. Call them before threads are
// started.
#pragma once

#include <cstddef>
#include <string>

#include "engine/base/result.h"
#include "engine/ports/stop.h"
#include "providers/mapihttp/transport/secret.h"

namespace mapisync::mapihttp {

inline constexpr std::size_t kMostSecretBytes = 64U << 10U;  // tokens of several KiB are usual

/// Wipes and removes the variable, so that no child process inherits it: a second call finds nothing.
/// Errc::missing_file if it is not set.
Result<Secret> secret_from_environment(const std::string& variable);

/// Reads to the end of `descriptor`, which stays open. Errc::cancelled if `stop` is asked for meanwhile.
Result<Secret> secret_from_descriptor(int descriptor, const StopFlag& stop);

/// A regular file that belongs to us or to root and that nobody else may read or write; else Errc::permission, with the
/// remedy.
Result<Secret> secret_from_file(const std::string& path);

/// Asks on the controlling terminal, without echo. Errc::missing_file if there is none, Errc::cancelled at an interrupt
/// or the end of input.
Result<Secret> secret_from_prompt(const std::string& question, const StopFlag& stop);

/// The same on a terminal that is open already.
Result<Secret> ask_terminal(int terminal, const std::string& question, const StopFlag& stop);

}  // namespace mapisync::mapihttp
