// Records of the store that concern the mailbox, its folders and the runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/time.h"
#include "engine/model/folder.h"
#include "engine/model/ids.h"
#include "engine/model/sync_state.h"

namespace mapisync {

/// The one mailbox a store belongs to.
struct MailboxRecord {
  MailboxIdentity identity;
  SyncState hierarchy_state;   // empty: the next hierarchy pass starts from nothing
  std::string root_path;       // which root was chosen ("" = IPM subtree)
  Bytes capabilities;          // what was learned about the server (ports/capabilities.h, encode())
  std::string server_version;  // the server that was learned from
};

struct FolderRecord {
  FolderId id{FolderId::none};
  FolderInfo info;
  std::optional<Timestamp> deleted_at;  // gone at the source, its rows marked deleted
  bool deletion_held{false};            // gone at the source; waits for approval
};

/// How a run ended. The numbers are the exit codes of the command line.
enum class Grade : std::uint8_t {
  in_step = 0,            // in step, nothing in quarantine
  in_step_but_known = 1,  // in step except what was already known
  new_trouble = 2,        // new bad messages or findings
  decision_needed = 3,    // held deletions, a new mailbox instance
  incomplete = 4,         // a limit, a stop or a sick folder: run again to go on
};
const char* name_of(Grade grade) noexcept;

struct RunRecord {
  RunId id{RunId::none};
  Timestamp started{};
  std::optional<Timestamp> finished;  // absent: ended without a word (killed)
  std::optional<Grade> grade;
  std::uint64_t delivered{0}, deleted{0}, read_changes{0}, quarantined{0}, released{0};
  std::uint64_t calls{0}, failing_calls{0}, bytes{0};
  std::string version;  // of mapisync
};

}  // namespace mapisync
