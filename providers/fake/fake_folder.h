// A folder of the fake server, and what is opened on it. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "engine/ports/provider.h"
#include "providers/fake/fake_exporter.h"

namespace mapisync::fake {

class FakeFolder : public Folder {
 public:
  FakeFolder(Below below, FakeFolderId folder);

  Result<FolderCounters> counters() override;
  Result<std::unique_ptr<Exporter>> open_exporter() override;
  Result<std::unique_ptr<ContentsTable>> open_table(TableKind kind, TableOrder order) override;
  Result<Presence> probe(const SourceKey& key, const MessageRef& ref) override;
  Result<std::unique_ptr<StateComposer>> compose_state() override;

 private:
  Result<FolderRecord> living();

  Below below_;
  FakeServer& server_;
  FakeFolderId folder_;
};

/// States from keys: each row at the version it shows, nothing else.
class FakeStateComposer : public StateComposer {
 public:
  FakeStateComposer(Below below, FakeFolderId folder, FakeState empty);
  Result<void> add(std::span<const TableRow> rows) override;
  Result<SyncState> finish() override;

 private:
  Below below_;
  FakeServer& server_;
  FakeFolderId folder_;
  FakeState state_;
};

class FakeFolderWriter : public FolderWriter {
 public:
  FakeFolderWriter(Below below, FakeFolderId folder);
  Result<void> delete_message(const MessageRef& ref) override;
  Result<void> move_message(const MessageRef& ref, const FolderKey& target) override;

 private:
  Result<FakeMessageId> resolve(const MessageRef& ref);

  Below below_;
  FakeServer& server_;
  FakeFolderId folder_;
};

}  // namespace mapisync::fake
