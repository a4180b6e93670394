// The stream of a hierarchy synchronization. [MS-OXCFXICS 2.2.4.3.9 hierarchySync] One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "providers/mapihttp/wire/fast_transfer_writer.h"
#include "tools/emulator/download.h"
#include "tools/emulator/emulated_server.h"
#include "tools/emulator/sync_sets.h"

namespace mapisync::emulator {

class HierarchySync : public StreamSource {
 public:
  HierarchySync(EmulatedServer& server, fake::FakeFolderId root, std::uint16_t flags, std::uint32_t extra_flags)
      : server_(server), root_(root), flags_(flags), extra_flags_(extra_flags) {}

  Result<void> upload(PropertyTag tag, BytesView set) override { return before_.upload(tag, set); }
  Result<StreamPart> next() override;
  Result<Bytes> transfer_state() override;

 private:
  Result<void> begin();
  Result<void> write_change(const fake::FolderRecord& folder);
  Result<void> settle();

  EmulatedServer& server_;
  fake::FakeFolderId root_;
  std::uint16_t flags_;
  std::uint32_t extra_flags_;
  SyncSets before_, after_;
  wire::FastTransferWriter to_;
  std::vector<fake::FolderRecord> changes_;
  SetBuilder present_;
  std::size_t next_{0};
  bool begun_{false};
};

}  // namespace mapisync::emulator
