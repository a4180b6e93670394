// Findings (something wrong that is no verdict) and events (what a run did that someone may ask about later).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/failure.h"
#include "engine/base/time.h"
#include "engine/model/ids.h"

namespace mapisync {

/// Persisted; never renumbered.
enum class FindingKind : std::uint8_t {
  missing = 1,  // the table lists it, a success did not deliver it
  truncated = 2,
  placeholder = 3,
  false_deletion = 4,      // reported deleted, but it lives
  batch_only_failure = 5,  // a batch fails though every member exports alone
  no_rights = 6,
  too_large = 7,
  sink_rejected = 8,
  folder_unreadable = 9,  // the folder cannot be opened
  hierarchy_failed = 10,  // the folder list had to be read from the table
  server_sick = 11,       // every control failed: no judgement possible
  control_failed = 12,    // a known-good message failed
  row_unreadable = 13,    // a table row without identity
  state_unusable = 14,    // every message exports, but not from the saved state
  cannot_isolate = 15,    // the server offers no selective export
  totals_differ = 16,     // the totals of a folder do not add up
  server_lost = 17,       // twice among the same messages: asking for them again is for somebody to allow
};
const char* name_of(FindingKind kind) noexcept;

struct Finding {
  FindingKind kind{};
  FolderId folder{FolderId::none};  // none: the mailbox
  std::optional<SourceKey> key;     // absent: the folder as a whole
  Errc code{Errc::ok};
  std::string detail;  // no subject, no address
  Timestamp first_seen{};
  Timestamp last_seen{};
  std::uint32_t times{1};
  bool announced{false};   // a finished run has reported it
  RunId run{RunId::none};  // the last run that saw it
};

/// Persisted; never renumbered.
enum class EventKind : std::uint8_t {
  quarantined = 1,
  suspected = 2,
  released = 3,
  repaired = 4,
  vanished = 5,
  deleted = 6,
  moved = 7,
  deletion_held = 8,
  deletion_approved = 9,
  fence = 10,
  folder_added = 11,
  folder_deleted = 12,
  folder_restored = 13,
  refused = 14,
  state_reset = 15,
  new_instance = 16,
  folder_changed = 17,
  damaged = 18,  // a finding arose, or a sign of damage that was mended at once
};
const char* name_of(EventKind kind) noexcept;

struct Event {
  EventKind kind{};
  FolderId folder{FolderId::none};
  std::optional<SourceKey> key;
  std::string detail;
  Timestamp at{};
  RunId run{RunId::none};
};

}  // namespace mapisync
