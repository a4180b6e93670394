#include "tools/mapisync/command_sync.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "tools/mapisync/sync_request.h"
#include "tools/mapisync/sync_runner.h"

namespace mapisync::cli {

namespace {

constexpr const char* kSyncFooter = R"(NOTES
  The first run makes MIRROR.db, later runs go on where it stands; nothing that is
  there already is fetched again. Ctrl-C commits what is done and ends with 4; a
  second Ctrl-C leaves at once with 130. Either way the next run goes on.

  Messages that the server cannot export are isolated, proven and set aside; the
  run ends with 2 the first time they are seen and with 1 from then on.

  A mailbox that was moved to another database, or restored, ends the run with 3:
  nothing that the mirror remembers of keys holds any more. If it is the same
  mailbox, --accept-new-instance goes on: messages are recognised by search key,
  Message-ID, size and date and kept; what differs is fetched again, what is not
  there any more is deleted (held, if it is much). Look first with --dry-run.

  A server that is lost twice while the same messages are asked for ends the work on
  that folder with 3: whoever asks again may take it down for everybody. With
  --allow-disruptive these messages are asked for one at a time, one a minute, until
  the one that does it is known; it is then quarantined and left alone. The rest of
  the folder goes on as usual.

  --record FILE writes down all that is said between mapisync and the server, so that
  'mapisync replay FILE' can make the run again elsewhere. Subjects, people, content
  and names of folders are replaced by stand-ins of the same size (names are kept
  with --root, --folder and --exclude, everything with --record-content).

  Patterns match whole paths: * is any part of a name, ** any part of a path, ? one
  character. A pattern that matches a folder takes everything below it along:
  'Inbox' is the Inbox and its subfolders. --exclude wins over --folder.

EXAMPLES
  mapisync sync fake:box.fake mirror.db
  mapisync sync fake:box.fake mirror.db --max-time 5m --exclude 'Deleted Items'
  mapisync sync fake:box.fake mirror.db --format json > report.json
  mapisync sync fake:box.fake mirror.db --dry-run
  mapisync sync fake:box.fake mirror.db --record run.trace
  mapisync sync fake:box.fake mirror.db --accept-new-instance --dry-run

EXIT CODES
  0 in step   1 in step but for what was known   2 new bad messages or findings
  3 a decision is needed   4 incomplete, run again   ('mapisync help exit-codes')

NEXT
  mapisync quarantine list MIRROR.db, mapisync status MIRROR.db)";

}  // namespace

void add_sync_command(CLI::App& app, Chosen& chosen) {
  CLI::App& command = *app.add_subcommand("sync", "Copy a mailbox into a mirror, or bring the mirror up to date");
  auto request = std::make_shared<SyncRequest>();
  add_run_options(command, *request);
  add_folder_options(command, *request);
  command.add_flag("--dry-run", request->dry_run, "Only tell what would be done; write nothing, make no file");
  command.add_flag("--accept-large-deletions", request->options.accept_large_deletions,
                   "Apply deletions that are held because they are so many (exit 3)");
  command.add_flag("--accept-new-instance", request->options.accept_new_instance,
                   "Go on with a mailbox that was moved or restored (exit 3), without copying it again");
  command.add_flag("--allow-disruptive", request->options.allow_disruptive,
                   "Ask again for messages at which the server was lost twice (exit 3), one a minute");
  auto* record = command.add_option("--record", request->record, "Record the run in a new file, for 'mapisync replay'")
                     ->type_name("FILE");
  command
      .add_flag("--record-content", request->record_content, "The record holds the mail itself, not stand-ins for it")
      ->needs(record);
  record->excludes("--dry-run");
  command.footer(kSyncFooter);
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_sync(context, *request); }; });
}

}  // namespace mapisync::cli
