#include "tools/mapisync/eml_export.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "engine/folder_filter.h"
#include "engine/ports/stop.h"
#include "providers/fake/mime/eml_writer.h"
#include "tools/mapisync/folder_names.h"
#include "tools/mapisync/json_out.h"
#include "tools/mapisync/mirror_file.h"
#include "tools/mapisync/quarantine_record.h"
#include "tools/mapisync/safe_directory.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/signals.h"
#include "tools/mapisync/text_table.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

struct FolderExport {
  std::string path;
  std::uint64_t written{0};
  std::uint64_t there{0};  // exported before
  std::uint64_t failed{0};
};

std::string hex64(std::uint64_t value) {
  std::array<char, 20> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%016llx", static_cast<unsigned long long>(value));
  return buffer.data();
}

/// Another version of a message gets another name, so a name says which bytes to expect.
std::string file_name(const FolderRecord& folder, const MirrorMessage& message) {
  constexpr std::size_t kSubjectBytes = 80;
  std::uint64_t digest = digest64(folder.info.key.bytes());
  digest = digest64(message.key.bytes(), digest);
  digest = digest64(message.change_key.bytes(), digest);
  std::string subject = message.subject.value_or("no subject");
  std::replace(subject.begin(), subject.end(), ' ', '-');
  const std::optional<Timestamp> date = message.received ? message.received : message.sent;
  const std::string day = date ? to_iso8601(*date).substr(0, 10) : "undated";
  return safe_component(day + '_' + subject, kSubjectBytes) + '_' + hex64(digest) + ".eml";
}

class EmlExport {
 public:
  EmlExport(Context& context, const ExportRequest& request, ReadableMirror& mirror, const StopFlag& stop)
      : context_(context), request_(request), mirror_(mirror), stop_(stop), shown_(context.clock.elapsed()) {}

  Result<void> run() {
    MAPISYNC_TRY(names, FolderNames::load(mirror_.store()));
    MAPISYNC_TRY(root, SafeDirectory::open(request_.directory));
    for (const FolderRecord& folder : names.records()) {
      const std::string path = names.path(folder.id);
      if (folder.deleted_at || !folder_wanted(path, request_.include, request_.exclude)) continue;
      MAPISYNC_TRYV(export_folder(root, names, folder, path));
      if (stop_.requested()) break;
    }
    return root.sync();
  }

  const std::vector<FolderExport>& folders() const noexcept { return folders_; }

 private:
  /// The directory of a folder, with those above it.
  Result<SafeDirectory> directory_of(const SafeDirectory& root, const FolderNames& names, const FolderRecord& folder) {
    constexpr std::size_t kNameBytes = 80;
    std::vector<std::string> components;
    for (const FolderRecord* at = &folder; at != nullptr && !at->info.is_root; at = names.parent_of(*at)) {
      const std::string& name = at->info.name;
      std::string component = safe_component(name, kNameBytes);
      // Two names may look alike once they are harmless; the folder's identity keeps them apart.
      if (component != name) component += '~' + short_digest(at->info.key.bytes());
      components.push_back(std::move(component));
      if (components.size() > names.records().size()) break;
    }
    std::optional<SafeDirectory> at;
    for (auto component = components.rbegin(); component != components.rend(); ++component) {
      MAPISYNC_TRY(next, (at ? *at : root).child(*component));
      at.emplace(std::move(next));
    }
    if (at) return std::move(*at);
    return root.again();
  }

  Result<void> export_folder(const SafeDirectory& root, const FolderNames& names, const FolderRecord& folder,
                             const std::string& path) {
    constexpr std::size_t kPage = 200;
    folders_.push_back({path, 0, 0, 0});
    std::optional<SafeDirectory> directory;  // folders without messages need none
    SourceKey after;
    while (!stop_.requested()) {
      MAPISYNC_TRY(page, mirror_.reader().messages(folder.id, after, kPage));
      if (page.empty()) break;
      after = page.back().key;
      for (const MirrorMessage& message : page) {
        if (stop_.requested()) break;
        if (message.associated && !request_.associated) continue;
        if (!directory) {
          MAPISYNC_TRY(made, directory_of(root, names, folder));
          directory.emplace(std::move(made));
        }
        MAPISYNC_TRYV(export_message(*directory, folder, message));
        show();
      }
    }
    return success();
  }

  /// A message that cannot be read or written as mail is counted; a target that fails ends the export.
  Result<void> export_message(const SafeDirectory& directory, const FolderRecord& folder,
                              const MirrorMessage& message) {
    FolderExport& counts = folders_.back();
    const std::string name = file_name(folder, message);
    MAPISYNC_TRY(there, directory.contains(name));
    if (there) {
      ++counts.there;
      return success();
    }
    auto loaded = mirror_.reader().load(folder.id, message.key);
    if (!loaded) return count_failure(counts, message, loaded.error());
    if (!loaded.value()) return success();  // replaced or purged meanwhile
    MAPISYNC_TRY(file, directory.create(name));
    std::optional<Failure> target;
    const auto sink = [&](BytesView piece) -> Result<void> {
      auto written = file.write(piece);
      if (!written) target = written.error();
      return written;
    };
    auto written = mime::write_eml(loaded.value()->content, sink);
    if (target) return *target;
    if (!written) return count_failure(counts, message, written.error());
    MAPISYNC_TRY(finished, file.finish(message.received));
    ++(finished ? counts.written : counts.there);
    return success();
  }

  Result<void> count_failure(FolderExport& counts, const MirrorMessage& message, const Failure& failure) {
    ++counts.failed;
    context_.log.warn(counts.path + ": message " + short_key(message.key) + ": " + failure.to_string());
    return success();
  }

  void show() {
    constexpr Duration kRedraw = std::chrono::milliseconds(100);
    const Duration now = context_.clock.elapsed();
    if (!context_.console.can_show_bar() || now - shown_ < kRedraw) return;
    shown_ = now;
    const FolderExport& at = folders_.back();
    context_.console.show_bar(
        in_columns("exporting " + for_terminal(at.path) + ": " + count_of(at.written + at.there, "message", "messages"),
                   std::max<std::size_t>(context_.console.err_columns(), 20) - 1));
  }

  Context& context_;
  const ExportRequest& request_;
  ReadableMirror& mirror_;
  const StopFlag& stop_;
  Duration shown_;
  std::vector<FolderExport> folders_;
};

FolderExport add_up(const std::vector<FolderExport>& folders) {
  FolderExport sum;
  for (const FolderExport& folder : folders) {
    sum.written += folder.written;
    sum.there += folder.there;
    sum.failed += folder.failed;
  }
  return sum;
}

std::vector<std::string> cells(const std::string& name, const FolderExport& f) {
  return {name, format_count(f.written), format_count(f.there), format_count(f.failed)};
}

Json folder_json(const FolderExport& f) {
  return Json{{"path", valid_utf8(f.path)},
              {"written", number(f.written)},
              {"already_there", number(f.there)},
              {"failed", number(f.failed)}};
}

void print(Context& context, const ExportRequest& request, const std::vector<FolderExport>& folders) {
  if (request.format == Format::json) {
    Json list = Json::array();
    for (const FolderExport& folder : folders) list.push_back(folder_json(folder));
    Json total = folder_json(add_up(folders));
    total.erase("path");
    context.console.print(
        dump_pretty(Json{{"schema", "mapisync.export/1"}, {"folders", std::move(list)}, {"total", std::move(total)}}));
    return;
  }
  using enum TextTable::Align;
  TextTable table({{"folder", left}, {"written"}, {"already there"}, {"failed"}});
  for (const FolderExport& folder : folders) table.add(cells(folder.path, folder));
  table.rule();
  table.add(cells("all folders", add_up(folders)));
  context.console.print(table.to_string(context.console.out_columns()));
}

}  // namespace

Ending run_export(Context& context, const ExportRequest& request) {
  StopFlag stop;
  const StopOnSignal stop_on_signal(stop);
  auto mirror = ReadableMirror::open(request.mirror);
  if (!mirror) return ending_of(mirror.error(), "open " + in_quotes(request.mirror));
  EmlExport run(context, request, mirror.value(), stop);
  auto done = run.run();
  context.console.hide_bar();
  if (!done) return ending_of(done.error(), "export to " + in_quotes(request.directory));
  print(context, request, run.folders());
  const FolderExport sum = add_up(run.folders());
  const std::string told =
      count_of(sum.written, "message", "messages") + " written, " + format_count(sum.there) + " there already";
  if (stop.requested())
    return ending(ExitCode::incomplete, "stopped; " + told + "; run the same command again to go on");
  if (run.folders().empty() && !request.include.empty()) return no_folder_matches(request.include);
  if (sum.failed > 0) {
    return ending(ExitCode::dataerr,
                  count_of(sum.failed, "message", "messages") + " could not be written as mail; " + told);
  }
  return ending(ExitCode::ok, told);
}

}  // namespace mapisync::cli
