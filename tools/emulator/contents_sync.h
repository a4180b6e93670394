// The stream of a contents synchronization. [MS-OXCFXICS 2.2.4.3.2 contentsSync] One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "providers/mapihttp/wire/fast_transfer_writer.h"
#include "tools/emulator/contents_scope.h"
#include "tools/emulator/download.h"
#include "tools/emulator/message_export.h"

namespace mapisync::emulator {

struct ContentsSyncOptions {
  fake::FakeFolderId folder{fake::FakeFolderId::none};
  std::uint16_t flags{0};        // wire::sync_flags
  std::uint32_t extra_flags{0};  // wire::sync_extra_flags
  std::optional<wire::Restriction> restriction;
  ExportManner manner;
};

class ContentsSync : public StreamSource {
 public:
  ContentsSync(EmulatedServer& server, ContentsSyncOptions options);

  Result<void> upload(PropertyTag tag, BytesView set) override { return before_.upload(tag, set); }
  Result<StreamPart> next() override;
  Result<Bytes> transfer_state() override;

 private:
  enum class Phase : std::uint8_t { fresh, messages, error_info, settle, done };
  Result<StreamPart> begin();
  Result<StreamPart> next_message();
  Result<StreamPart> send(const TakenMessage& message);
  Result<StreamPart> name_bad(TakenMessage message);
  Result<StreamPart> stop_at(TakenMessage message);
  Result<StreamPart> settle();
  Result<void> write_begin(const TakenMessage& message);
  Result<void> write_part(const TakenMessage& message, ErrorPlace place);
  std::optional<Failure> planned_end();
  Result<StreamPart> part();

  EmulatedServer& server_;
  ContentsSyncOptions options_;
  SyncSets before_;
  ContentsScope scope_;
  wire::FastTransferWriter to_;
  Phase phase_{Phase::fresh};
  std::vector<ChosenMessage> order_;
  std::size_t next_{0};
  std::uint64_t whole_{0};
  std::optional<TakenMessage> named_;  // its first half is out, its errorInfo comes in the next buffer
};

/// In the order in which the server sends.
void arrange(EmulatedServer& server, std::vector<ChosenMessage>& messages, bool by_delivery, bool may_repeat);

}  // namespace mapisync::emulator
