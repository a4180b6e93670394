#include "tools/mapisync/command_deletions.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "tools/mapisync/folder_names.h"
#include "tools/mapisync/json_out.h"
#include "tools/mapisync/mirror_file.h"
#include "tools/mapisync/quarantine_record.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/sync_request.h"
#include "tools/mapisync/sync_runner.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

struct HeldRequest {
  std::string mirror;
  Format format{Format::text};
};

struct Held {
  std::uint64_t messages{0};
  std::uint64_t folders{0};
};

void print_folder(Console& console, Format format, const std::string& path) {
  if (format == Format::jsonl) {
    console.print(dump_line(Json{{"schema", "mapisync.deletions/1"},
                                 {"folder_path", valid_utf8(path)},
                                 {"whole_folder", true},
                                 {"record_id", nullptr},
                                 {"source_key", nullptr},
                                 {"size_bytes", nullptr}}));
  } else {
    console.print("the folder " + in_quotes(path) + " and everything in it\n");
  }
}

void print_row(Console& console, Format format, const std::string& path, const LedgerRow& row) {
  if (format == Format::jsonl) {
    console.print(dump_line(Json{{"schema", "mapisync.deletions/1"},
                                 {"folder_path", valid_utf8(path)},
                                 {"whole_folder", false},
                                 {"record_id", short_key(row.key)},
                                 {"source_key", row.key.hex()},
                                 {"size_bytes", number(row.size)}}));
  } else {
    console.print(short_key(row.key) + "  " + for_terminal(path) + "  " + format_size(row.size) + "\n");
  }
}

Result<Held> list_held(Context& context, const HeldRequest& request, Store& store) {
  MAPISYNC_TRY(names, FolderNames::load(store));
  Held held;
  for (const FolderRecord& folder : names.records()) {
    const std::string path = names.path(folder.id);
    if (folder.deletion_held) {
      ++held.folders;
      print_folder(context.console, request.format, path);
    }
    SourceKey after;
    while (!context.console.out_gone()) {
      MAPISYNC_TRY(page, store.held_page(folder.id, after, kRowsPerPage));
      if (page.empty()) break;
      after = page.back().key;
      held.messages += page.size();
      for (const LedgerRow& row : page) print_row(context.console, request.format, path, row);
    }
  }
  return held;
}

Ending run_held_list(Context& context, const HeldRequest& request) {
  auto mirror = ReadableMirror::open(request.mirror);
  if (!mirror) return ending_of(mirror.error(), "open " + in_quotes(request.mirror));
  auto held = list_held(context, request, mirror.value().store());
  if (!held) return ending_of(held.error(), "read " + in_quotes(request.mirror));
  if (held.value().messages + held.value().folders == 0) {
    if (request.format == Format::text) context.console.print("no deletion waits for approval\n");
    return ending(ExitCode::ok, "no deletion waits for approval");
  }
  return ending(
      ExitCode::decision_needed,
      "deletions of " + count_of(held.value().messages, "message", "messages") + " and " +
          count_of(held.value().folders, "folder", "folders") +
          " wait; 'mapisync deletions approve SOURCE MIRROR.db' lets them go, restoring the messages keeps them");
}

constexpr const char* kDeletionsFooter = R"(NOTES
  When very many messages of a folder are gone at the source, mapisync does not
  mark them deleted in the mirror by itself: it may be a mistake over there. The
  sync ends with 3 and the deletions wait here.

EXAMPLES
  mapisync deletions list mirror.db
  mapisync deletions approve fake:box.fake mirror.db

EXIT CODES
  list: 0 none wait   3 some wait      approve: those of sync)";

}  // namespace

void add_deletions_commands(CLI::App& app, Chosen& chosen) {
  CLI::App& command =
      *app.add_subcommand("deletions", "List and approve deletions that are held because they are so many");
  command.footer(kDeletionsFooter);
  CLI::App& list = *command.add_subcommand("list", "Messages and folders whose deletion waits for approval");
  auto what = std::make_shared<HeldRequest>();
  list.add_option("MIRROR.db", what->mirror, "The mirror")->required();
  add_format(list, what->format, {Format::text, Format::jsonl});
  list.footer(kDeletionsFooter);
  list.callback(
      [&chosen, what] { chosen.command = [what](Context& context) { return run_held_list(context, *what); }; });

  CLI::App& approve = *command.add_subcommand("approve", "Run a sync that applies them");
  auto request = std::make_shared<SyncRequest>();
  add_run_options(approve, *request);
  approve.footer(kDeletionsFooter);
  approve.callback([&chosen, request] {
    request->mirror_must_exist = true;
    request->options.accept_large_deletions = true;
    chosen.command = [request](Context& context) { return run_sync(context, *request); };
  });
}

}  // namespace mapisync::cli
