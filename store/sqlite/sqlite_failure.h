// SQLite's result codes and errno as Failures that name the file and the remedy.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/failure.h"

namespace mapisync::sqlite {

/// `doing` is told where it says more than the message: not for what is wrong with the file itself. `code`: an extended
/// SQLite result code; `system_errno`: what the operating system said, 0 if unknown.
Failure failure_of(int code, int system_errno, const std::string& path, std::string_view doing,
                   std::string_view message);

/// A failure of a system call on `path`.
Failure failure_of_errno(int error, const std::string& path, std::string_view doing);

/// `what` about `path`, with the remedy that belongs to `code`.
Failure store_failure(Errc code, const std::string& path, std::string_view what);

}  // namespace mapisync::sqlite
