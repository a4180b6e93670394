#include "store/sqlite/sqlite_failure.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <sqlite3.h>

namespace mapisync::sqlite {

namespace {

Errc classify_errno(int error) noexcept {
  switch (error) {
    case ENOENT:
    case ENOTDIR: return Errc::missing_file;
    case EACCES:
    case EPERM: return Errc::permission;
    case EROFS: return Errc::store_read_only;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return Errc::store_full;
    default: return Errc::io_error;
  }
}

Errc classify(int code, int system_errno) noexcept {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Errc::store_locked;
    case SQLITE_FULL: return Errc::store_full;
    case SQLITE_CORRUPT: return Errc::store_corrupt;
    case SQLITE_NOTADB: return Errc::store_foreign;
    case SQLITE_READONLY: return Errc::store_read_only;
    case SQLITE_PERM:
    case SQLITE_AUTH: return Errc::permission;
    case SQLITE_CANTOPEN: return system_errno != 0 ? classify_errno(system_errno) : Errc::io_error;
    case SQLITE_IOERR: {
      const Errc errc = classify_errno(system_errno);
      return errc == Errc::store_full || errc == Errc::store_read_only ? errc : Errc::io_error;
    }
    case SQLITE_NOMEM: return Errc::out_of_memory;
    case SQLITE_TOOBIG: return Errc::too_big;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH: return Errc::internal;
    default: return Errc::store_failed;
  }
}

const char* remedy_for(Errc code) noexcept {
  switch (code) {
    case Errc::store_locked: return "wait until the other process has ended, or end it";
    case Errc::store_full: return "free space on its disk (or raise the limit), then run again";
    case Errc::store_corrupt: return "keep a copy, restore a backup, or sync into a new file";
    case Errc::store_foreign: return "name another file; this one was left untouched";
    case Errc::store_too_new: return "use the version of mapisync that wrote it, or a later one";
    case Errc::store_read_only: return "make the file and its directory writable, or name another file";
    case Errc::missing_file: return "check the name; directories are not created";
    case Errc::permission: return "run as the file's owner, or change its permissions";
    case Errc::io_error: return "check the disk and the system log";
    case Errc::out_of_memory: return "free memory, then run again";
    case Errc::internal: return "this is a defect of mapisync; please report it";
    default: return "run again; if it stays, report it";
  }
}

Retry retry_for(Errc code) noexcept {
  switch (code) {
    case Errc::store_locked:
    case Errc::store_full:
    case Errc::io_error:
    case Errc::out_of_memory:
    case Errc::store_failed: return Retry::later;
    case Errc::internal: return Retry::never;
    default: return Retry::on_change;
  }
}

}  // namespace

Failure store_failure(Errc code, const std::string& path, std::string_view what) {
  std::string context = path;
  context.append(": ").append(what).append("; ").append(remedy_for(code));
  return fail(code, Scope::process, retry_for(code), std::move(context));
}

Failure failure_of(int code, int system_errno, const std::string& path, std::string_view doing,
                   std::string_view message) {
  const Errc errc = classify(code, system_errno);
  std::string what{message.empty() ? std::string_view(sqlite3_errstr(code)) : message};
  // Which step it was helps only where the step itself was wrong; a damaged file fails at any of them.
  const bool of_file = errc == Errc::store_foreign || errc == Errc::store_corrupt || errc == Errc::store_full ||
                       errc == Errc::store_locked || errc == Errc::store_read_only;
  if (!of_file) what.insert(0, std::string(doing) + ": ");
  if (system_errno != 0) what.append(" (").append(std::generic_category().message(system_errno)).append(")");
  return store_failure(errc, path, what);
}

Failure failure_of_errno(int error, const std::string& path, std::string_view doing) {
  std::string what{doing};
  what.append(": ").append(std::generic_category().message(error));
  return store_failure(classify_errno(error), path, what);
}

}  // namespace mapisync::sqlite
