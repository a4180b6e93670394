#include "tools/mapisync/retried.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "tools/mapisync/quarantine_lookup.h"
#include "tools/mapisync/quarantine_record.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/text_table.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

Result<std::vector<RetriedMessage>> messages_to_retry(Store& store, const std::vector<std::string>& words) {
  MAPISYNC_TRY(names, FolderNames::load(store));
  std::vector<RetriedMessage> messages;
  std::set<std::pair<FolderId, SourceKey>> known;
  const auto add = [&](const FoundRow& found) {
    if (!known.emplace(found.folder, found.row.row.source_key).second) return;
    RetriedMessage message;
    message.folder = found.folder;
    message.key = found.row.row.source_key;
    message.before = found.row.cls;
    messages.push_back(std::move(message));
  };
  for (const std::string& word : words) {
    MAPISYNC_TRY(rows, rows_named(store, names, word));
    std::for_each(rows.begin(), rows.end(), add);
  }
  if (!words.empty()) return messages;
  MAPISYNC_TRYV(for_each_row(store, names, {}, [&](const FoundRow& row) -> Result<bool> {
    add(row);
    return true;
  }));
  return messages;
}

Result<void> look_again(Store& store, std::vector<RetriedMessage>& messages) {
  MAPISYNC_TRY(names, FolderNames::load(store));
  for (RetriedMessage& message : messages) {
    message.folder_path = names.path(message.folder);
    MAPISYNC_TRY(row, store.unsettled_row(message.folder, message.key));
    MAPISYNC_TRY(copy, store.ledger_row(message.folder, message.key));
    message.row = std::move(row);
    message.in_mirror = copy && !copy->held;
  }
  return success();
}

const char* outcome_of(const RetriedMessage& message) noexcept {
  if (message.row) return mapisync::name_of(message.row->cls);
  return message.in_mirror ? "released" : "gone";
}

Json to_json(const RetriedMessage& message, RunId run) {
  Json json{{"schema", "mapisync.retry/1"},
            {"record_id", short_key(message.key)},
            {"run_id", number(static_cast<std::uint64_t>(run))},
            {"folder_path", valid_utf8(message.folder_path)},
            {"source_key", message.key.hex()},
            {"state_before", mapisync::name_of(message.before)},
            {"outcome", outcome_of(message)},
            {"failure_code", nullptr},
            {"attempts", nullptr},
            {"next_retry", nullptr}};
  if (!message.row) return json;
  if (message.row->evidence.code != Errc::ok) json["failure_code"] = mapisync::name_of(message.row->evidence.code);
  json["attempts"] = message.row->attempts;
  json["next_retry"] = time_or_null(message.row->next_retry);
  return json;
}

std::string to_csv(std::span<const RetriedMessage> messages, RunId run) {
  constexpr std::array<const char*, 9> kColumns{"record_id",    "run_id",       "folder_path",
                                                "source_key",   "state_before", "outcome",
                                                "failure_code", "attempts",     "next_retry"};
  std::string text;
  for (const char* column : kColumns) text += (text.empty() ? "" : ",") + std::string(column);
  text += "\r\n";
  for (const RetriedMessage& message : messages) {
    const Json json = to_json(message, run);
    std::string line;
    for (const char* column : kColumns) {
      const Json& value = json[column];
      if (column != kColumns.front()) line += ',';
      if (!value.is_null()) line += csv_field(value.is_string() ? value.get<std::string>() : value.dump());
    }
    text += line + "\r\n";
  }
  return text;
}

std::string to_text(std::span<const RetriedMessage> messages) {
  using enum TextTable::Align;
  if (messages.empty()) return "nothing was in quarantine\n";
  constexpr std::size_t kShown = 100;
  constexpr std::size_t kWide = 10'000;
  TextTable table({{"retried", left}, {"before", left}, {"now", left}, {"why", left}, {"folder", left}});
  for (const RetriedMessage& message : messages.first(std::min(kShown, messages.size()))) {
    const bool failed = message.row && message.row->evidence.code != Errc::ok;
    table.add({short_key(message.key), mapisync::name_of(message.before), outcome_of(message),
               failed ? mapisync::name_of(message.row->evidence.code) : "", message.folder_path});
  }
  std::string text = table.to_string(kWide);
  if (messages.size() > kShown) {
    text += "and " + count_of(messages.size() - kShown, "other", "others") + "; --format jsonl lists all\n";
  }
  return text;
}

}  // namespace mapisync::cli
