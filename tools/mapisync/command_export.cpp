#include "tools/mapisync/command_export.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "tools/mapisync/eml_export.h"

namespace mapisync::cli {

namespace {

constexpr const char* kExportFooter = R"(NOTES
  One file per message, in one directory per folder. Names are made of date, subject
  and identity, and are harmless whatever the mail says; nothing is written outside DIR
  and nothing that is there is replaced. A message that was exported before is left
  alone, so an export that was stopped goes on when it is run again. Files are never
  removed: for an exact picture export into a new directory.

  The original bytes are written where the mirror has them, else the message is
  rebuilt from its properties.

EXAMPLES
  mapisync export mirror.db --to mail
  mapisync export mirror.db --to mail --folder Inbox --exclude '**/Spam'

EXIT CODES
  0 all there   4 stopped, run again   65 some messages could not be written
  73 DIR cannot be made or written to   74 disk full or failing)";

}  // namespace

void add_export_command(CLI::App& app, Chosen& chosen) {
  CLI::App& command = *app.add_subcommand("export", "Write the messages of a mirror as .eml files");
  auto request = std::make_shared<ExportRequest>();
  command.add_option("MIRROR.db", request->mirror, "The mirror")->required();
  command.add_option("--to", request->directory, "The directory; made if it is missing")->required()->type_name("DIR");
  add_repeated(command, "--folder", request->include, "Only folders that match; may be repeated");
  add_repeated(command, "--exclude", request->exclude, "No folders that match; may be repeated");
  command.add_flag("--associated", request->associated, "Also messages that folders hide (settings, views)");
  add_format(command, request->format, {Format::text, Format::json});
  command.footer(kExportFooter);
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_export(context, *request); }; });
}

}  // namespace mapisync::cli
