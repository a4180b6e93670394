#include "tools/mapisync/command_quarantine.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "tools/mapisync/mirror_file.h"
#include "tools/mapisync/option_values.h"
#include "tools/mapisync/quarantine_lookup.h"
#include "tools/mapisync/quarantine_record.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/sync_request.h"
#include "tools/mapisync/sync_runner.h"
#include "tools/mapisync/text_table.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

struct ListRequest {
  std::string mirror;
  Format format{Format::text};
  QuarantineFilter filter;
  bool redact{false};
  bool fail_if_any{false};
};

struct ShowRequest {
  std::string mirror;
  std::string key;
  Format format{Format::text};
  bool redact{false};
};

/// Turns rows into records: adds the folder, the mailbox, and whether the mirror holds an older copy.
class RecordMaker {
 public:
  static Result<RecordMaker> load(Store& store) {
    MAPISYNC_TRY(names, FolderNames::load(store));
    MAPISYNC_TRY(mailbox, store.mailbox());
    return RecordMaker(store, std::move(names), std::move(mailbox));
  }

  const FolderNames& names() const noexcept { return names_; }

  Result<QuarantineRecord> make(const FoundRow& found) const {
    QuarantineRecord record;
    record.mailbox = mailbox_ ? &*mailbox_ : nullptr;
    record.folder_path = names_.path(found.folder);
    if (const FolderRecord* folder = names_.find(found.folder)) {
      record.folder_key = folder->info.key;
      record.folder_role = folder->info.role;
    }
    MAPISYNC_TRY(copy, store_.ledger_row(found.folder, found.row.row.source_key));
    record.older_copy = copy.has_value();
    record.row = found.row;
    return record;
  }

 private:
  RecordMaker(Store& store, FolderNames names, std::optional<MailboxRecord> mailbox)
      : store_(store), names_(std::move(names)), mailbox_(std::move(mailbox)) {}

  Store& store_;
  FolderNames names_;
  std::optional<MailboxRecord> mailbox_;
};

/// Writes records in one of the four forms, a few at a time.
class RecordWriter {
 public:
  RecordWriter(Console& console, Format format, bool redact)
      : console_(console), format_(format), redact_(redact), table_(new_table()) {}

  void begin() {
    if (format_ == Format::csv) console_.print(csv_header());
    if (format_ == Format::json)
      console_.print(std::string("{\n\"schema\": \"") + kQuarantineSchema + "\",\n\"items\": [");
  }

  void add(const QuarantineRecord& record) {
    ++count_;
    if (format_ == Format::csv) console_.print(csv_line(record, redact_));
    if (format_ == Format::jsonl) console_.print(dump_line(to_json(record, redact_)));
    if (format_ == Format::json) {
      std::string item = dump_pretty(to_json(record, redact_));
      item.pop_back();
      console_.print((count_ > 1 ? ",\n" : "\n") + item);
    }
    if (format_ == Format::text) add_to_table(record);
  }

  void end() {
    if (format_ == Format::json)
      console_.print(std::string(count_ > 0 ? "\n" : "") + "],\n\"count\": " + std::to_string(count_) + "\n}\n");
    if (format_ == Format::text && in_table_ > 0) console_.print(table_.to_string(kWide));
    if (format_ == Format::text && count_ == 0) console_.print("nothing in quarantine\n");
  }

  std::uint64_t count() const noexcept { return count_; }

 private:
  static constexpr std::size_t kWide = 10'000;  // subjects are cut to a fixed width, so nothing else need give way

  static TextTable new_table() {
    using enum TextTable::Align;
    return TextTable({{"key", left},
                      {"state", left},
                      {"why", left},
                      {"folder", left},
                      {"sent", left},
                      {"received", left},
                      {"size"},
                      {"to", left},
                      {"subject", left}});
  }

  static std::string day_of(const Column<Timestamp>& at) {
    return at.value ? to_iso8601(*at.value).substr(0, 10) : "-";
  }

  std::string personal(const Column<std::string>& column, std::size_t width) const {
    if (redact_) return "(redacted)";
    if (!column.value) return column.error == Errc::ok ? "-" : "(unreadable)";
    return column.value->size() > width ? in_columns(*column.value, width) : *column.value;
  }

  void add_to_table(const QuarantineRecord& record) {
    const TableRow& row = record.row.row;
    std::string why = mapisync::name_of(record.row.evidence.kind);
    why += std::string(" (") + mapisync::name_of(record.row.evidence.code) + ")";
    constexpr std::size_t kTo = 30, kSubject = 60;
    table_.add({short_key(row.source_key), mapisync::name_of(record.row.cls), why, record.folder_path, day_of(row.sent),
                day_of(row.delivered), row.size.value ? format_size(*row.size.value) : "-",
                personal(row.recipients, kTo), personal(row.subject, kSubject)});
    constexpr std::size_t kRowsInMemory = 1'000;
    if (++in_table_ >= kRowsInMemory) {
      console_.print(table_.to_string(kWide));
      table_ = new_table();
      in_table_ = 0;
    }
  }

  Console& console_;
  Format format_;
  bool redact_;
  TextTable table_;
  std::size_t in_table_{0};
  std::uint64_t count_{0};
};

Result<std::uint64_t> list_rows(Context& context, const ListRequest& request, Store& store) {
  MAPISYNC_TRY(maker, RecordMaker::load(store));
  RecordWriter writer(context.console, request.format, request.redact);
  writer.begin();
  MAPISYNC_TRYV(for_each_row(store, maker.names(), request.filter, [&](const FoundRow& row) -> Result<bool> {
    MAPISYNC_TRY(record, maker.make(row));
    writer.add(record);
    return !context.console.out_gone();
  }));
  writer.end();
  return writer.count();
}

Ending run_list(Context& context, const ListRequest& request) {
  auto mirror = ReadableMirror::open(request.mirror);
  if (!mirror) return ending_of(mirror.error(), "open " + in_quotes(request.mirror));
  auto count = list_rows(context, request, mirror.value().store());
  if (!count) return ending_of(count.error(), "read " + in_quotes(request.mirror));
  const std::string told = count_of(count.value(), "message", "messages") + " in quarantine";
  const bool failed = request.fail_if_any && count.value() > 0;
  return ending(failed ? ExitCode::in_step_but_known : ExitCode::ok, told);
}

Json history_json(const std::vector<Event>& history) {
  Json json = Json::array();
  for (const Event& event : history) {
    json.push_back(Json{{"at", to_iso8601(event.at)},
                        {"run_id", number(static_cast<std::uint64_t>(event.run))},
                        {"event", mapisync::name_of(event.kind)},
                        {"detail", text_or_null(event.detail)}});
  }
  return json;
}

std::string history_text(const std::vector<Event>& history) {
  std::string text = history.empty() ? "" : "\nhistory\n";
  for (const Event& event : history) {
    text += "  " + to_iso8601(event.at) + "  run " + std::to_string(static_cast<std::int64_t>(event.run)) + "  " +
            mapisync::name_of(event.kind) + (event.detail.empty() ? "" : ": " + for_terminal(event.detail)) + "\n";
  }
  return text;
}

Result<Ending> show_rows(Context& context, const ShowRequest& request, Store& store) {
  MAPISYNC_TRY(maker, RecordMaker::load(store));
  MAPISYNC_TRY(rows, rows_named(store, maker.names(), request.key));
  if (rows.size() > 1) {
    std::string keys;
    for (const FoundRow& row : rows) keys += (keys.empty() ? "" : ", ") + short_key(row.row.row.source_key);
    return ending(ExitCode::usage, "key " + in_quotes(request.key) + " is not clear; it may be one of " + keys);
  }
  MAPISYNC_TRY(record, maker.make(rows.front()));
  MAPISYNC_TRY(history, history_of(store, rows.front().folder, record.row.row.source_key));
  Json json = to_json(record, request.redact);
  json["history"] = history_json(history);
  switch (request.format) {
    case Format::json: context.console.print(dump_pretty(json)); break;
    case Format::jsonl: context.console.print(dump_line(json)); break;
    case Format::csv: context.console.print(csv_header() + csv_line(record, request.redact)); break;
    case Format::text: context.console.print(to_text(record, request.redact) + history_text(history)); break;
  }
  return ending(ExitCode::ok, "message " + short_key(record.row.row.source_key));
}

Ending run_show(Context& context, const ShowRequest& request) {
  auto mirror = ReadableMirror::open(request.mirror);
  if (!mirror) return ending_of(mirror.error(), "open " + in_quotes(request.mirror));
  auto shown = show_rows(context, request, mirror.value().store());
  if (!shown) return ending_of(shown.error(), "show " + in_quotes(request.key));
  return std::move(shown).value();
}

constexpr const char* kQuarantineFooter = R"(EXAMPLES
  mapisync quarantine list mirror.db
  mapisync quarantine show mirror.db 3fa09c21
  mapisync quarantine retry fake:box.fake mirror.db

Each command takes --format text, json, jsonl or csv.)";

constexpr const char* kListFooter = R"(NOTES
  Lists messages that are not in the mirror: quarantined (proven that the server
  cannot export them), suspected (no proof yet), refused (the target did not want
  them). They are retried by themselves, with growing waits, and at once when the
  server shows a new version.

  json, jsonl and csv carry all fields under stable names, schema
  mapisync.quarantine/1; mrs_kind is the name Exchange's own reports use.

EXAMPLES
  mapisync quarantine list mirror.db
  mapisync quarantine list mirror.db --format csv --redact > bad-items.csv
  mapisync quarantine list mirror.db --format jsonl --folder Inbox | head -1
  mapisync quarantine list mirror.db --fail-if-any --quiet    # exit 1 if any

EXIT CODES
  0 listed   1 with --fail-if-any: there are some

NEXT
  mapisync quarantine show MIRROR.db KEY, mapisync quarantine retry SOURCE MIRROR.db)";

constexpr const char* kShowFooter = R"(NOTES
  All fields of the list's record, and what earlier runs did about the message
  (not in csv, which has no room for it).

EXAMPLES
  mapisync quarantine show mirror.db 3fa09c21
  mapisync quarantine show mirror.db 3fa0 --format json --redact

EXIT CODES
  0 shown   64 the key is not clear   66 nothing in quarantine has this key

NEXT
  mapisync quarantine retry SOURCE MIRROR.db KEY)";

constexpr const char* kRetryFooter = R"(NOTES
  A sync in which messages in quarantine are due at once: all of them, or those
  with the given keys. Messages that can be exported now leave the quarantine.

  text and json hold the report of the run and what became of each message; jsonl
  and csv only the latter, schema mapisync.retry/1. Outcomes: released, gone (from
  the source), pending (not reached, run again), or the state it stays in.

EXAMPLES
  mapisync quarantine retry fake:box.fake mirror.db
  mapisync quarantine retry fake:box.fake mirror.db 3fa09c21
  mapisync quarantine retry fake:box.fake mirror.db --format csv > retried.csv

EXIT CODES
  those of sync)";

void add_quarantine_list(CLI::App& parent, Chosen& chosen) {
  CLI::App& command = *parent.add_subcommand("list", "All messages that could not be copied, and why");
  auto request = std::make_shared<ListRequest>();
  command.add_option("MIRROR.db", request->mirror, "The mirror")->required();
  add_format(command, request->format, {Format::text, Format::json, Format::jsonl, Format::csv});
  add_repeated(command, "--folder", request->filter.folders, "Only folders that match; may be repeated");
  command
      .add_option_function<std::string>(
          "--state",
          [request](const std::string& name) {
            for (const UnsettledClass cls :
                 {UnsettledClass::quarantined, UnsettledClass::suspected, UnsettledClass::refused}) {
              if (name == mapisync::name_of(cls)) {
                request->filter.cls = cls;
                return;
              }
            }
            throw CLI::ValidationError("--state",
                                       "'" + name + "' is no state; choose quarantined, suspected or refused");
          },
          "Only quarantined, suspected or refused ones")
      ->type_name("STATE");
  command.add_flag("--redact", request->redact, "Without subject, sender, recipients and message id");
  command.add_flag("--fail-if-any", request->fail_if_any, "End with 1 if there are any");
  command.footer(kListFooter);
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_list(context, *request); }; });
}

void add_quarantine_show(CLI::App& parent, Chosen& chosen) {
  CLI::App& command = *parent.add_subcommand("show", "Everything known about one message");
  auto request = std::make_shared<ShowRequest>();
  command.add_option("MIRROR.db", request->mirror, "The mirror")->required();
  command.add_option("KEY", request->key, "The key from the list, or its beginning, or a source key")->required();
  add_format(command, request->format, {Format::text, Format::json, Format::jsonl, Format::csv});
  command.add_flag("--redact", request->redact, "Without subject, sender, recipients and message id");
  command.footer(kShowFooter);
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_show(context, *request); }; });
}

void add_retry(CLI::App& parent, Chosen& chosen) {
  CLI::App& command = *parent.add_subcommand("retry", "Try them again now");
  auto request = std::make_shared<SyncRequest>();
  add_run_options(command, *request, {Format::text, Format::json, Format::jsonl, Format::csv});
  command.add_option("KEY", request->due_now, "Only messages with these keys; default: all");
  command.footer(kRetryFooter);
  command.callback([&chosen, request] {
    request->mirror_must_exist = true;
    request->tell_retried = true;
    request->options.retry_all_now = request->due_now.empty();
    chosen.command = [request](Context& context) { return run_sync(context, *request); };
  });
}

}  // namespace

void add_quarantine_commands(CLI::App& app, Chosen& chosen) {
  CLI::App& command = *app.add_subcommand("quarantine", "List, show and retry messages that cannot be exported");
  command.footer(kQuarantineFooter);
  add_quarantine_list(command, chosen);
  add_quarantine_show(command, chosen);
  add_retry(command, chosen);
}

}  // namespace mapisync::cli
