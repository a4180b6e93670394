#include "tools/mapisync/sync_request.h"

#include "tools/mapisync/source_options.h"

namespace mapisync::cli {

void add_run_options(CLI::App& command, SyncRequest& request, const std::vector<Format>& formats) {
  add_source(command, request.source);
  command.add_option("MIRROR.db", request.mirror, "The database that holds mirror and checkpoint")->required();
  RunLimits& limits = request.options.limits;
  add_count(command, "--max-calls", limits.calls, "Stop after so many exports; the next run goes on");
  add_duration(command, "--max-time", limits.time, "Stop after this time: 90s, 5m, 2h");
  add_size(command, "--max-bytes", limits.bytes, "Stop after so much content: 64k, 100MB, 2GiB");
  add_isolation_method(command, "--isolation", request.options.isolation_method);
  add_format(command, request.format, formats);
  add_source_options(command, request.source);
  command.add_flag("--lenient", request.source.lenient, "The fake server repairs mail where it can instead of failing");
}

void add_folder_options(CLI::App& command, SyncRequest& request) {
  command
      .add_option("--root", request.root,
                  "Copy what is below this folder; default: what the mirror was made with, else everything")
      ->type_name("PATH");
  add_repeated(command, "--folder", request.options.include_folders, "Only folders that match; may be repeated");
  add_repeated(command, "--exclude", request.options.exclude_folders, "No folders that match; may be repeated");
}

}  // namespace mapisync::cli
