// Folders and their counters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/time.h"
#include "engine/model/ids.h"

namespace mapisync {

/// What a folder is for, where the server says so. Deletions in some roles are everyday events (design 4.6).
enum class FolderRole : std::uint8_t { none = 0, inbox = 1, sent = 2, drafts = 3, outbox = 4, deleted = 5, junk = 6 };
enum class FolderKind : std::uint8_t { generic = 1, search = 2 };

struct FolderInfo {
  FolderKey key;
  FolderKey parent;  // empty: child of the synchronized root, or the root itself
  std::string name;  // UTF-8, one path component; may contain anything
  std::string container_class;
  FolderRole role{FolderRole::none};
  FolderKind kind{FolderKind::generic};
  ChangeKey change_key;
  bool is_root{false};
};

/// PR_LOCAL_COMMIT_TIME_MAX, PR_DELETED_COUNT_TOTAL, PR_CONTENT_COUNT, PR_ASSOC_CONTENT_COUNT.
/// All equal to last time: nothing was added, changed or deleted; read states may have moved all the same.
/// A counter the server does not offer is absent, and absent never equals anything.
struct FolderCounters {
  std::optional<std::int64_t> commit_time_max;  // microseconds since 1970, by the clock of TableRow::committed
  std::optional<std::int64_t> deleted_total;
  std::optional<std::int64_t> normal;
  std::optional<std::int64_t> associated;

  bool complete() const noexcept { return commit_time_max && deleted_total && normal && associated; }
  bool proves_unchanged_since(const FolderCounters& earlier) const noexcept {
    return complete() && earlier.complete() && *this == earlier;
  }
  friend bool operator==(const FolderCounters&, const FolderCounters&) = default;
};

/// Which mailbox this is. If either part changes, the mailbox was moved or restored and nothing the
/// checkpoint says about states or keys can be relied upon.
struct MailboxIdentity {
  Bytes mailbox_guid;        // PR_MAILBOX_GUID / store record key
  Bytes mapping_signature;   // PR_MAPPING_SIGNATURE: which database
  std::string display_name;  // for people
  friend bool operator==(const MailboxIdentity&, const MailboxIdentity&) = default;
};

}  // namespace mapisync
