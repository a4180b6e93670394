#include "tools/mapisync/fake_box.h"

#include <filesystem>
#include <limits>
#include <string_view>
#include <vector>

#include "providers/fake/fault_plan.h"
#include "tools/mapisync/json_out.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/text_table.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

struct FolderLine {
  std::string path;
  fake::FolderRecord record;
  std::uint64_t messages{0}, associated{0}, broken{0};
};

std::string damage_of(const fake::MessageRecord& record) {
  if (!record.damage) return "";
  std::string text = fake::name_of(record.damage->kind);
  if (record.damage->kind == fake::DamageKind::abort) text += std::string(" ") + name_of(record.damage->code);
  return text;
}

Result<FolderLine> folder_line(fake::FakeMailbox& box, const fake::FolderRecord& record) {
  FolderLine line;
  line.record = record;
  MAPISYNC_TRY(path, box.path_of(record.id));
  line.path = path.empty() ? "(root)" : path;
  MAPISYNC_TRY(normal, box.row_count(record.id, false));
  MAPISYNC_TRY(associated, box.row_count(record.id, true));
  line.messages = normal;
  line.associated = associated;
  MAPISYNC_TRY(versions, box.versions(record.id));
  for (const fake::FakeMailbox::Version& version : versions) {
    MAPISYNC_TRY(message, box.message_record(version.id));
    line.broken += message.damage && message.in_scope ? 1 : 0;
  }
  return line;
}

Result<std::vector<FolderLine>> folder_lines(fake::FakeMailbox& box) {
  MAPISYNC_TRY(root, box.folder_record(fake::FakeMailbox::kIpmSubtree));
  MAPISYNC_TRY(below, box.descendants(fake::FakeMailbox::kIpmSubtree));
  std::vector<FolderLine> lines;
  MAPISYNC_TRY(first, folder_line(box, root));
  lines.push_back(std::move(first));
  for (const fake::FolderRecord& record : below) {
    MAPISYNC_TRY(line, folder_line(box, record));
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<Ending> show_folders(Context& context, const ShowBoxRequest& request, fake::FakeMailbox& box) {
  using enum TextTable::Align;
  MAPISYNC_TRY(lines, folder_lines(box));
  TextTable table({{"folder", left}, {"messages"}, {"associated"}, {"broken on purpose"}, {"", left}});
  std::uint64_t messages = 0;
  for (const FolderLine& line : lines) {
    messages += line.messages + line.associated;
    const std::string remark = line.record.open_error ? std::string("closed: ") + name_of(*line.record.open_error) : "";
    table.add(
        {line.path, format_count(line.messages), format_count(line.associated), format_count(line.broken), remark});
    if (!request.json_lines) continue;
    context.console.print(dump_line(Json{{"schema", "mapisync.box_folder/1"},
                                         {"path", valid_utf8(line.path)},
                                         {"messages", number(line.messages)},
                                         {"associated", number(line.associated)},
                                         {"broken", number(line.broken)}}));
  }
  if (!request.json_lines) context.console.print(table.to_string(context.console.out_columns()));
  return ending(ExitCode::ok,
                count_of(lines.size(), "folder", "folders") + ", " + count_of(messages, "message", "messages"));
}

Json message_json(std::size_t position, const fake::MessageRecord& record) {
  return Json{{"schema", "mapisync.box_message/1"},
              {"number", position},
              {"name", text_or_null(record.name)},
              {"source_key", record.source_key.hex()},
              {"change_key", record.change_key.hex()},
              {"subject", valid_utf8(record.subject)},
              {"sender", valid_utf8(record.sender)},
              {"recipients", valid_utf8(record.recipients)},
              {"date_sent", time_or_null(record.sent)},
              {"size_bytes", number(record.size)},
              {"date_received", to_iso8601(record.delivered)},
              {"read", record.read},
              {"associated", record.associated},
              {"mail", record.is_mime},
              {"damage", text_or_null(damage_of(record))}};
}

Result<Ending> show_messages(Context& context, const ShowBoxRequest& request, fake::FakeMailbox& box) {
  using enum TextTable::Align;
  MAPISYNC_TRY(folder, box.folder(request.folder));
  MAPISYNC_TRY(versions, box.versions(folder));
  TextTable table({{"#", right}, {"name", left}, {"received", left}, {"size"}, {"damage", left}, {"subject", left}});
  std::size_t position = 0;
  for (const fake::FakeMailbox::Version& version : versions) {
    if (!version.in_scope || context.console.out_gone()) continue;
    ++position;
    MAPISYNC_TRY(record, box.message_record(version.id));
    if (request.json_lines) {
      context.console.print(dump_line(message_json(position, record)));
    } else {
      constexpr std::size_t kName = 24;
      const std::string name = record.name.size() > kName ? in_columns(record.name, kName) : record.name;
      table.add({std::to_string(position), name, to_iso8601(record.delivered).substr(0, 10), format_size(record.size),
                 damage_of(record), record.subject});
    }
  }
  constexpr std::size_t kWide = 10'000;
  if (!request.json_lines) context.console.print(table.to_string(kWide));
  return ending(ExitCode::ok, count_of(position, "message", "messages"));
}

}  // namespace

std::string box_path(const std::string& name) {
  constexpr std::string_view kScheme = "fake:";
  return name.starts_with(kScheme) ? name.substr(kScheme.size()) : name;
}

std::uint64_t new_identity(Random& random) {
  return 1 + random.below(static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

Result<fake::FakeMailbox> open_or_create_box(const std::string& path, Random& random) {
  std::error_code error;
  // What a broken symbolic link leads to is not made.
  if (std::filesystem::exists(path, error) || std::filesystem::is_symlink(path, error))
    return fake::FakeMailbox::open(path);
  fake::MailboxOptions options;
  options.seed = new_identity(random);
  return fake::FakeMailbox::create(path, options);
}

Ending run_show_box(Context& context, const ShowBoxRequest& request) {
  const std::string path = box_path(request.box);
  auto box = fake::FakeMailbox::open(path);
  if (!box) return ending_of(box.error(), "open " + in_quotes(path));
  auto shown =
      request.messages ? show_messages(context, request, box.value()) : show_folders(context, request, box.value());
  if (!shown) return ending_of(shown.error(), "show " + in_quotes(path));
  return std::move(shown).value();
}

}  // namespace mapisync::cli
