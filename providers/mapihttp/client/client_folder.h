// Folder, StateComposer and FolderWriter over the wire. One thread.
#pragma once

#include <memory>

#include "engine/ports/provider.h"
#include "providers/mapihttp/client/open_folder.h"

namespace mapisync::mapihttp {

class ClientFolder final : public Folder {
 public:
  explicit ClientFolder(OpenFolder folder) : folder_(std::move(folder)) {}

  Result<FolderCounters> counters() override;
  Result<std::unique_ptr<Exporter>> open_exporter() override;
  Result<std::unique_ptr<ContentsTable>> open_table(TableKind kind, TableOrder order) override;
  Result<Presence> probe(const SourceKey& key, const MessageRef& ref) override;
  Result<std::unique_ptr<StateComposer>> compose_state() override;

 private:
  Result<Presence> probe_by_opening(const wire::GlobalId& mid);

  OpenFolder folder_;
};

/// Sets of the rows it is given. Read states are left out: no table tells their change numbers, so that the next run
/// states them once more.
class ClientStateComposer final : public StateComposer {
 public:
  explicit ClientStateComposer(StateScope scope) { state_.scope = std::move(scope); }

  Result<void> add(std::span<const TableRow> rows) override;
  Result<SyncState> finish() override;

 private:
  ClientState state_;
  IdBag given_, seen_, seen_fai_;
};

class ClientFolderWriter final : public FolderWriter {
 public:
  explicit ClientFolderWriter(OpenFolder folder) : folder_(std::move(folder)) {}

  Result<void> delete_message(const MessageRef& ref) override;
  Result<void> move_message(const MessageRef& ref, const FolderKey& target) override;

 private:
  /// Errc::not_found if it is not in this folder: a server moves and deletes what it does not find without a word.
  Result<wire::ShortId> present(const MessageRef& ref);

  OpenFolder folder_;
};

}  // namespace mapisync::mapihttp
