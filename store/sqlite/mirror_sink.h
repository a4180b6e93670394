// The mirror: whole messages in the file of a SqliteStore, in the same transactions as the checkpoint.
// One caller at a time, the one of the store.
#pragma once

#include "engine/ports/change_sink.h"
#include "store/sqlite/sqlite_store.h"

namespace mapisync {

class SqliteUnitOfWork;

class MirrorSink final : public ChangeSink {
 public:
  /// Text and binary values longer than this are kept by digest, once for all messages.
  static constexpr std::size_t kInlineMax = std::size_t{8} * 1024;
  /// Messages nested deeper, or with more properties than this outside large values, are rejected.
  static constexpr int kDepthMax = 64;
  static constexpr std::size_t kPropertyBytesMax = std::size_t{256} * 1024 * 1024;

  /// `store` must be writable and outlive the sink.
  explicit MirrorSink(SqliteStore& store) : store_(store) {}

  /// shared for units of work of this store; any other fails with Errc::internal.
  Result<SinkCoupling> attach(UnitOfWork& work) override;
  Result<SinkAnswer> upsert(const SinkContext& context, const DeliveredMessage& message) override;
  Result<void> mark_deleted(const SinkContext& context, const SourceKey& key, DeletionKind kind) override;
  Result<void> set_read(const SinkContext& context, const SourceKey& key, bool read) override;
  Result<void> set_stale(const SinkContext& context, const SourceKey& key, bool stale) override;
  Result<void> rename_message(const SinkContext& context, const SourceKey& from, const MessageName& now) override;
  Result<void> folder_changed(const SinkContext& context, const FolderInfo& info) override;
  Result<void> folder_deleted(const SinkContext& context) override;
  /// Nothing to do: the unit of work's commit makes it durable.
  Result<void> flush() override { return success(); }

 private:
  /// The work attached to, while it is the open one of the store.
  Result<SqliteUnitOfWork*> work();

  SqliteStore& store_;
  SqliteUnitOfWork* attached_{nullptr};
};

}  // namespace mapisync
