#include "tools/mapisync/command.h"

#include <utility>

#include "tools/mapisync/safe_text.h"

namespace mapisync::cli {

namespace {

/// What to do about it; empty where the context says all there is to say.
const char* remedy_for(Errc code) {
  switch (code) {
    case Errc::missing_file: return "check the name";
    case Errc::not_a_mailbox: return "SOURCE is a box that 'mapisync fake new' or 'mapisync fake import' made";
    case Errc::store_foreign:
      return "name a mirror that 'mapisync sync' made, or a new file; this one was left as it is";
    case Errc::store_corrupt: return "restore it from a copy, or move it away and sync into a new file";
    case Errc::store_too_new: return "install the mapisync that wrote it, or sync into a new file";
    case Errc::store_locked: return "another mapisync is writing to it; wait for it to end, then try again";
    case Errc::store_full: return "make room on the disk, then run the same command again; the last commit is safe";
    case Errc::store_read_only: return "allow writing to the file and its directory, or name another place";
    case Errc::permission:
    case Errc::no_access:
    case Errc::logon_failed: return "check who may read and write it";
    case Errc::io_error: return "check the disk and the path";
    case Errc::session_lost:
    case Errc::network:
    case Errc::timeout:
    case Errc::busy: return "try again later; what was done is safe";
    case Errc::identity_changed:
      return "run it again; if it is the same mailbox, 'mapisync sync --accept-new-instance' goes on";
    case Errc::internal:
    case Errc::store_failed: return "please report this, with the output of --log-level debug";
    default: return "";
  }
}

/// The context without a name at its beginning that `doing` ends with, so that no file is named twice. Stores name a
/// file by its full path.
std::string_view without_name(std::string_view context, const std::string& doing) {
  for (std::size_t end = context.find(": "); end != std::string_view::npos; end = context.find(": ", end + 1)) {
    std::string_view name = context.substr(0, end);
    if (name.size() > 2 && name.front() == '\'' && name.back() == '\'') name = name.substr(1, name.size() - 2);
    if (name == "\"\"" && doing.ends_with("''")) return context.substr(end + 2);
    const std::string full = for_terminal(name);
    const std::string last = full.front() == '/' ? full.substr(full.rfind('/') + 1) : full;
    for (const char before : {'\'', ':', '/'}) {
      if (!last.empty() && doing.ends_with(before + last + '\'')) return context.substr(end + 2);
    }
  }
  return context;
}

}  // namespace

Ending ending(ExitCode code, std::string reason) { return Ending{code, std::move(reason)}; }

std::string shell_word(std::string_view word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";
  if (!word.empty() && word.front() != '-' && word.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(word);
  }
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return for_terminal(quoted) + "'";
}

std::string in_quotes(std::string_view name) { return "'" + for_terminal(name) + "'"; }

Ending target_ending_of(const Failure& failure, const std::string& doing) {
  Ending end = ending_of(failure, doing);
  if (end.code == ExitCode::noinput) end.code = ExitCode::cantcreat;
  return end;
}

Ending no_folder_matches(const std::vector<std::string>& patterns) {
  std::string shown;
  for (const std::string& pattern : patterns) shown += (shown.empty() ? "" : ", ") + in_quotes(pattern);
  return ending(ExitCode::noinput,
                "no folder matches --folder " + shown + "; patterns match whole paths, as reports show them");
}

Ending ending_of(const Failure& failure, const std::string& doing) {
  const Errc code = failure.errc();
  std::string reason = "cannot " + doing + ": ";
  reason += failure.context.empty() ? std::string(name_of(code)) : std::string(without_name(failure.context, doing));
  if (failure.raw_code != 0) reason += " (" + failure.to_string().substr(0, failure.to_string().find(':')) + ")";
  // A context with a semicolon tells the remedy itself: who wrote it knew more than the code alone says.
  const std::string remedy = remedy_for(code);
  if (!remedy.empty() && failure.context.find("; ") == std::string::npos) reason += "; " + remedy;
  return Ending{exit_code_of(code), std::move(reason)};
}

}  // namespace mapisync::cli
