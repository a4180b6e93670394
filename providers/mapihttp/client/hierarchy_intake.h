// Takes folders out of a FastTransfer stream and hands them to a HierarchyImporter. One thread.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "engine/ports/provider.h"
#include "providers/mapihttp/client/folder_rows.h"
#include "providers/mapihttp/wire/fast_transfer_handler.h"

namespace mapisync::mapihttp {

class HierarchyIntake final : public wire::FastTransferHandler {
 public:
  /// All but `root` are borrowed.
  HierarchyIntake(MailboxLink& link, const FolderRoles& roles, FolderKey root, HierarchyImporter& importer)
      : link_(link), roles_(roles), root_(std::move(root)), importer_(importer) {}

  const std::optional<wire::StreamState>& final_state() const noexcept { return state_; }
  std::uint64_t folders() const noexcept { return folders_; }

  Result<void> folder_change(PropertyList properties) override;
  Result<void> deletions(const wire::StreamDeletions& deletions) override;
  Result<void> state(const wire::StreamState& state) override;

  // None of these stand in a hierarchy; the parser lets none through.
  Result<void> message_begin(const wire::ChangeHeader* header, bool associated) override;
  Result<void> message_end() override { return misplaced(); }
  Result<void> message_void(const wire::ExtendedErrorInfo& info) override;
  Result<void> property(Property property) override;
  Result<void> value_begin(PropertyTag tag, const std::optional<PropertyName>& name, std::uint64_t wire_size) override;
  Result<void> value_piece(BytesView piece) override;
  Result<void> value_end() override { return misplaced(); }
  Result<void> recipient_begin() override { return misplaced(); }
  Result<void> recipient_end() override { return misplaced(); }
  Result<void> attachment_begin() override { return misplaced(); }
  Result<void> attachment_end() override { return misplaced(); }
  Result<void> embedded_begin() override { return misplaced(); }
  Result<void> embedded_end() override { return misplaced(); }
  Result<void> warning(std::uint32_t code) override;
  Result<void> read_states(const wire::StreamReadStates& read_states) override;

 private:
  static Result<void> misplaced();

  MailboxLink& link_;
  const FolderRoles& roles_;
  FolderKey root_;
  HierarchyImporter& importer_;
  std::optional<wire::StreamState> state_;
  std::uint64_t folders_{0};
};

}  // namespace mapisync::mapihttp
