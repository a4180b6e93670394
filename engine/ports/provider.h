// Provider -> Session -> Mailbox -> Folder -> Exporter / ContentsTable.
// Each object is released before the one it came from. Session and all below: one caller at a time, on one thread;
// a provider may own threads of its own. A lost session is never repaired: the caller opens another one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/folder.h"
#include "engine/model/ids.h"
#include "engine/model/sync_state.h"
#include "engine/model/table_row.h"
#include "engine/ports/capabilities.h"
#include "engine/ports/contents_table.h"
#include "engine/ports/exporter.h"

namespace mapisync {

/// The answer of a probe. unknown: neither could be shown (a failure is returned for a dead session).
enum class Presence : std::uint8_t { present, absent, unknown };

/// Builds a state out of keys, where the provider can (Capabilities::composed_state). The state it makes covers exactly
/// the rows it was given, at the versions they show.
class StateComposer {
 public:
  virtual ~StateComposer() = default;
  virtual Result<void> add(std::span<const TableRow> rows) = 0;
  virtual Result<SyncState> finish() = 0;
};

/// Write verbs. Only what was opened for writing can be asked for one (design 4.10).
class FolderWriter {
 public:
  virtual ~FolderWriter() = default;
  virtual Result<void> delete_message(const MessageRef& ref) = 0;
  virtual Result<void> move_message(const MessageRef& ref, const FolderKey& target) = 0;
};

class Folder {
 public:
  virtual ~Folder() = default;
  /// What the table would say, now. Read before anything else in a run.
  virtual Result<FolderCounters> counters() = 0;
  virtual Result<std::unique_ptr<Exporter>> open_exporter() = 0;
  virtual Result<std::unique_ptr<ContentsTable>> open_table(TableKind kind, TableOrder order) = 0;
  /// Whether the message is still in this folder, by open or table lookup, never by an export. `row` needs
  /// source_key; ref may be empty (a key that was never listed to us).
  virtual Result<Presence> probe(const SourceKey& key, const MessageRef& ref) = 0;
  /// Errc::unsupported where states cannot be composed.
  virtual Result<std::unique_ptr<StateComposer>> compose_state() = 0;
};

/// What a hierarchy run reports. Called only inside HierarchyExporter::synchronize.
class HierarchyImporter {
 public:
  virtual ~HierarchyImporter() = default;
  virtual Result<void> folder_changed(const FolderInfo& info) = 0;  // parents before children
  virtual Result<void> folders_deleted(std::span<const FolderKey> keys) = 0;
};

/// The hierarchy synchronizer of a root: its descendants of all depths, the root itself excluded.
class HierarchyExporter {
 public:
  virtual ~HierarchyExporter() = default;
  virtual Result<void> config(const SyncState& state, HierarchyImporter& importer) = 0;
  virtual Result<StepResult> synchronize(const StopFlag& stop, std::optional<Duration> deadline) = 0;
  virtual Result<SyncState> update_state() = 0;
};

class Mailbox {
 public:
  virtual ~Mailbox() = default;
  virtual Result<MailboxIdentity> identity() = 0;
  virtual std::string server_version() = 0;
  virtual Capabilities capabilities() = 0;  // what the provider knows; unknown entries are probed
  /// The root by path: "" = the IPM subtree, else a path below it with '/' between names. Errc::not_found;
  /// Errc::unsupported with a message for people where the source is public folders.
  virtual Result<FolderInfo> root(const std::string& path) = 0;
  virtual Result<std::unique_ptr<HierarchyExporter>> open_hierarchy(const FolderKey& root) = 0;
  /// All descendants of `root` by a table walk (root excluded), parents before children, search folders included.
  virtual Result<std::vector<FolderInfo>> folder_table(const FolderKey& root) = 0;
  /// Errc::not_found / object_deleted when it is gone, no_access, corrupt_data... when it cannot be opened.
  virtual Result<std::unique_ptr<Folder>> open_folder(const FolderKey& key) = 0;
  /// Errc::no_access unless the session was opened for writing.
  virtual Result<std::unique_ptr<FolderWriter>> open_writer(const FolderKey& key) = 0;
};

class Session {
 public:
  virtual ~Session() = default;
  virtual Result<std::unique_ptr<Mailbox>> open_mailbox() = 0;
};

class Provider {
 public:
  virtual ~Provider() = default;
  virtual Result<std::unique_ptr<Session>> open_session() = 0;
};

}  // namespace mapisync
