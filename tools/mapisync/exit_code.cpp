#include "tools/mapisync/exit_code.h"

#include <array>

#include "tools/mapisync/safe_text.h"

namespace mapisync::cli {

namespace {

constexpr std::array<ExitCodeEntry, 16> kEntries{{
    {ExitCode::ok, "ok", "done; after a sync: in step, nothing in quarantine", "nothing"},
    {ExitCode::in_step_but_known, "in_step_but_known", "in step, except for messages and findings already reported",
     "'mapisync quarantine list MIRROR.db' shows them; they are retried by themselves"},
    {ExitCode::new_trouble, "new_trouble", "new messages that cannot be exported, or new findings",
     "'mapisync quarantine list MIRROR.db' shows them; everything else is in step"},
    {ExitCode::decision_needed, "decision_needed",
     "a person must decide: held deletions, another mailbox instance, a server lost repeatedly",
     "the message before the last line names the option that decides"},
    {ExitCode::incomplete, "incomplete", "a limit, a stop or a sick folder; what was done is safe",
     "run the same command again: it goes on where it stopped"},
    {ExitCode::usage, "usage", "the command line is wrong", "'mapisync COMMAND --help'"},
    {ExitCode::dataerr, "dataerr",
     "a file is not what it should be: no mailbox, not our database, corrupt, unreadable mail",
     "name the right file, or restore it from a copy"},
    {ExitCode::noinput, "noinput", "a file, folder or message that was named does not exist", "check the name"},
    {ExitCode::unavailable, "unavailable", "this version or this server does not offer it", "see the message"},
    {ExitCode::software, "software", "a defect of mapisync", "please report it, with --log-level debug"},
    {ExitCode::cantcreat, "cantcreat", "the target cannot be created or written to",
     "check that the directory exists and may be written to"},
    {ExitCode::ioerr, "ioerr", "reading or writing failed, a full disk included",
     "make room or mend the disk; databases are valid at their last commit"},
    {ExitCode::tempfail, "tempfail", "busy, locked by another mapisync, or the server does not answer",
     "run the same command again later"},
    {ExitCode::noperm, "noperm", "access was refused", "check rights and the account"},
    {ExitCode::config, "config", "settings or versions do not fit together: written by a later mapisync",
     "install the version that wrote the file, or take another file"},
    {ExitCode::interrupted, "interrupted", "asked to stop a second time, or to leave at once",
     "run the same command again: the last commit is safe"},
}};

}  // namespace

std::span<const ExitCodeEntry> exit_codes() noexcept { return kEntries; }

const char* name_of(ExitCode code) noexcept {
  for (const ExitCodeEntry& entry : kEntries) {
    if (entry.code == code) return entry.name;
  }
  return "unknown";
}

ExitCode exit_code_of(Grade grade) noexcept {
  switch (grade) {
    case Grade::in_step: return ExitCode::ok;
    case Grade::in_step_but_known: return ExitCode::in_step_but_known;
    case Grade::new_trouble: return ExitCode::new_trouble;
    case Grade::decision_needed: return ExitCode::decision_needed;
    case Grade::incomplete: return ExitCode::incomplete;
  }
  return ExitCode::software;
}

ExitCode exit_code_of(Errc code) noexcept {
  switch (code) {
    case Errc::ok: return ExitCode::ok;
    case Errc::invalid_argument: return ExitCode::usage;
    case Errc::malformed:
    case Errc::not_a_mailbox:
    case Errc::corrupt_data:
    case Errc::corrupt_store:
    case Errc::store_corrupt:
    case Errc::store_foreign: return ExitCode::dataerr;
    case Errc::missing_file:
    case Errc::not_found:
    case Errc::object_deleted:
    case Errc::invalid_entry_id: return ExitCode::noinput;
    case Errc::unsupported:
    case Errc::unknown_flags:
    case Errc::unclassified:
    case Errc::too_big: return ExitCode::unavailable;
    case Errc::store_read_only: return ExitCode::cantcreat;
    case Errc::io_error:
    case Errc::store_full:
    case Errc::sink_failed:
    case Errc::sink_rejected: return ExitCode::ioerr;
    case Errc::call_failed:
    case Errc::network:
    case Errc::timeout:
    case Errc::busy:
    case Errc::session_lost:
    case Errc::out_of_memory:
    case Errc::out_of_resources:
    case Errc::server_disk:
    case Errc::state_rejected:
    case Errc::missing_delivery:
    case Errc::store_locked: return ExitCode::tempfail;
    case Errc::logon_failed:
    case Errc::no_access:
    case Errc::permission: return ExitCode::noperm;
    case Errc::store_too_new: return ExitCode::config;
    case Errc::cancelled:
    case Errc::limit_reached: return ExitCode::incomplete;
    case Errc::identity_changed: return ExitCode::decision_needed;
    case Errc::unconfigured:
    case Errc::callback_failed:
    case Errc::store_failed:
    case Errc::internal: return ExitCode::software;
  }
  return ExitCode::software;
}

std::string last_line(const Ending& ending) {
  std::string line =
      "mapisync: exit " + std::to_string(static_cast<int>(ending.code)) + " (" + name_of(ending.code) + ")";
  if (!ending.reason.empty()) line += ": " + for_terminal(ending.reason);
  return line;
}

}  // namespace mapisync::cli
