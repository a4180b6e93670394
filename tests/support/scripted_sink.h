// Sinks for tests: one that obeys a script in front of any other, one that does not share the store's transaction. One
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "engine/ports/change_sink.h"
#include "tests/support/watched_store.h"

namespace mapisync::test {

/// What a ScriptedSink answers and counts.
struct SinkScript {
  /// Asked before the inner sink is; anything but `stored` is answered at once.
  std::function<SinkAnswer(const DeliveredMessage&)> answer;
  /// Planted defects, to show that whoever looks finds them: what is lost is answered as if it had been kept.
  std::function<bool(const DeliveredMessage&)> lose;
  bool lose_deletions{false};
  /// The n-th upsert, the n-th call of any kind from the start of the script fails as a whole (0 = never).
  std::uint64_t fail_upsert{0}, fail_call{0};
  /// The process ends at the n-th flush, before or after the inner sink made its changes durable (0 = never).
  std::uint64_t crash_before_flush{0}, crash_after_flush{0};
  std::uint64_t upserts{0}, flushes{0}, deletions{0}, calls{0};
};

/// Forwards to `inner`, which it borrows, as the script allows; undoes the wrapping of a WatchedStore.
class ScriptedSink final : public ChangeSink {
 public:
  ScriptedSink(ChangeSink& inner, SinkScript& script) : inner_(inner), script_(script) {}
  Result<SinkCoupling> attach(UnitOfWork& work) override;
  Result<SinkAnswer> upsert(const SinkContext& context, const DeliveredMessage& message) override;
  Result<void> mark_deleted(const SinkContext& context, const SourceKey& key, DeletionKind kind) override;
  Result<void> set_read(const SinkContext& context, const SourceKey& key, bool read) override;
  Result<void> set_stale(const SinkContext& context, const SourceKey& key, bool stale) override;
  Result<void> rename_message(const SinkContext& context, const SourceKey& from, const MessageName& now) override;
  Result<void> folder_changed(const SinkContext& context, const FolderInfo& info) override;
  Result<void> folder_deleted(const SinkContext& context) override;
  Result<void> flush() override;

 private:
  Result<void> call();
  ChangeSink& inner_;
  SinkScript& script_;
};

/// What a sink holds of one message, as far as tests look at it.
struct MirrorCopy {
  ChangeKey change_key;
  bool associated{false}, read{false}, stale{false}, deleted{false};
  std::string subject, body;
  std::size_t recipients{0}, attachments{0};
};
using MirrorKey = std::pair<FolderId, SourceKey>;
using MirrorCopies = std::map<MirrorKey, MirrorCopy>;

/// What a copy looks like to a test.
MirrorCopy copy_of(const DeliveredMessage& message);

/// A target that does not share the unit of work: changes become durable at flush(), whatever happens to the
/// checkpoint.
class SeparateMirror final : public ChangeSink {
 public:
  Result<SinkCoupling> attach(UnitOfWork& work) override;
  Result<SinkAnswer> upsert(const SinkContext& context, const DeliveredMessage& message) override;
  Result<void> mark_deleted(const SinkContext& context, const SourceKey& key, DeletionKind kind) override;
  Result<void> set_read(const SinkContext& context, const SourceKey& key, bool read) override;
  Result<void> set_stale(const SinkContext& context, const SourceKey& key, bool stale) override;
  Result<void> rename_message(const SinkContext& context, const SourceKey& from, const MessageName& now) override;
  Result<void> folder_changed(const SinkContext& context, const FolderInfo& info) override;
  Result<void> folder_deleted(const SinkContext& context) override;
  Result<void> flush() override;

  /// What survives the process.
  const MirrorCopies& durable() const noexcept { return durable_; }

 private:
  MirrorCopy* staged(const SinkContext& context, const SourceKey& key);
  MirrorCopies durable_, staged_;
};

}  // namespace mapisync::test
