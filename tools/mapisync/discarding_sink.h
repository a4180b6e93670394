// A sink that takes everything and keeps nothing: for replays of which only the decisions are wanted. One caller at a
// time.
#pragma once

#include "engine/ports/change_sink.h"

namespace mapisync::cli {

class DiscardingSink final : public ChangeSink {
 public:
  Result<SinkCoupling> attach(UnitOfWork& /*work*/) override { return SinkCoupling::shared; }
  Result<SinkAnswer> upsert(const SinkContext& /*context*/, const DeliveredMessage& /*message*/) override {
    return SinkAnswer{};
  }
  Result<void> mark_deleted(const SinkContext& /*context*/, const SourceKey& /*key*/, DeletionKind /*kind*/) override {
    return success();
  }
  Result<void> set_read(const SinkContext& /*context*/, const SourceKey& /*key*/, bool /*read*/) override {
    return success();
  }
  Result<void> set_stale(const SinkContext& /*context*/, const SourceKey& /*key*/, bool /*stale*/) override {
    return success();
  }
  Result<void> rename_message(const SinkContext& /*context*/, const SourceKey& /*from*/,
                              const MessageName& /*now*/) override {
    return success();
  }
  Result<void> folder_changed(const SinkContext& /*context*/, const FolderInfo& /*info*/) override { return success(); }
  Result<void> folder_deleted(const SinkContext& /*context*/) override { return success(); }
  Result<void> flush() override { return success(); }
};

}  // namespace mapisync::cli
