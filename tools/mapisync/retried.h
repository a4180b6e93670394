// What became of the messages that `quarantine retry` was about: schema "mapisync.retry/1". One caller at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/ports/store.h"
#include "tools/mapisync/json_out.h"

namespace mapisync::cli {

struct RetriedMessage {
  FolderId folder{FolderId::none};
  SourceKey key;
  UnsettledClass before{UnsettledClass::pending};
  // After the run.
  std::string folder_path;
  std::optional<UnsettledRow> row;  // absent: no longer in quarantine
  bool in_mirror{false};            // a copy that is not about to be deleted
};

/// Those that the words name, each once, or all that are in quarantine. Errc::not_found for a word that names none.
Result<std::vector<RetriedMessage>> messages_to_retry(Store& store, const std::vector<std::string>& words);
/// Fills in where each of them stands now.
Result<void> look_again(Store& store, std::vector<RetriedMessage>& messages);

/// "released", "gone" (from the source), or the class in which it stays.
const char* outcome_of(const RetriedMessage& message) noexcept;
Json to_json(const RetriedMessage& message, RunId run);
/// A header and a line each.
std::string to_csv(std::span<const RetriedMessage> messages, RunId run);
/// A table, and a line that says what it leaves out.
std::string to_text(std::span<const RetriedMessage> messages);

}  // namespace mapisync::cli
