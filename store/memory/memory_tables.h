// The rows of a MemoryStore. One thread.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/ports/store.h"

namespace mapisync::memory {

using RowKey = std::pair<FolderId, SourceKey>;
/// (folder, key or none, kind)
using FindingKey = std::tuple<FolderId, std::optional<SourceKey>, FindingKind>;

struct KeptLedgerRow {
  LedgerRow row;
  std::uint64_t delivery{0};  // ascending with each delivered version
};

struct KeptUnsettledRow {
  UnsettledRow row;
  PendingId id{PendingId::none};
};

struct Tables {
  std::optional<MailboxRecord> mailbox;
  std::map<FolderId, FolderRecord> folders;
  std::map<FolderKey, FolderId> folder_by_key;
  std::map<FolderId, Checkpoint> checkpoints;
  std::map<FolderId, Asking> asking;
  std::map<RowKey, KeptLedgerRow> ledger;
  std::map<RowKey, KeptUnsettledRow> unsettled;
  std::map<PendingId, RowKey> unsettled_by_id;
  std::map<FindingKey, Finding> findings;
  std::vector<Event> events;
  std::map<RunId, RunRecord> runs;
  std::int64_t last_folder{0}, last_run{0}, last_unsettled{0};
  std::uint64_t last_delivery{0};
  bool work_open{false};
};

/// Sizes come from a server: a sum of them saturates instead of wrapping.
inline std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) noexcept {
  return a > std::numeric_limits<std::uint64_t>::max() - b ? std::numeric_limits<std::uint64_t>::max() : a + b;
}

}  // namespace mapisync::memory
