// One message that is not in the mirror, as reports tell it: schema "mapisync.quarantine/1". Pure functions; any
// thread.
#pragma once

#include <string>
#include <vector>

#include "engine/model/records.h"
#include "engine/model/unsettled.h"
#include "tools/mapisync/json_out.h"

namespace mapisync::cli {

inline constexpr const char* kQuarantineSchema = "mapisync.quarantine/1";

struct QuarantineRecord {
  const MailboxRecord* mailbox{nullptr};  // borrowed
  std::string folder_path;
  FolderKey folder_key;
  FolderRole folder_role{FolderRole::none};
  UnsettledRow row;
  bool older_copy{false};  // the mirror holds an earlier version, marked stale
};

/// What people type and log lines show: eight digits.
std::string short_key(const SourceKey& key);
/// Whether `word` names this key: the beginning of its short form, or the whole or the end of its long one.
bool names_key(std::string_view word, const SourceKey& key);

/// `redact` leaves out subject, sender, recipients and message id: null, with the reason in "unreadable".
Json to_json(const QuarantineRecord& record, bool redact);
/// Fixed order of columns, new ones at the end; the first line of a file.
std::string csv_header();
std::string csv_line(const QuarantineRecord& record, bool redact);
/// Several lines, one field each, for `quarantine show`.
std::string to_text(const QuarantineRecord& record, bool redact);

}  // namespace mapisync::cli
