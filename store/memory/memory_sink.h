// A target in memory: keeps whole messages, so that a test can compare them with what the source holds.
// One caller at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/ports/change_sink.h"
#include "store/memory/content_copy.h"
#include "store/memory/undo_log.h"

namespace mapisync {

/// What a MemorySink holds of one message.
struct MirroredMessage {
  MessageHeader header;
  std::shared_ptr<const MessageContent> content;  // owns everything, large values included
  std::uint64_t digest{0};                        // content_digest of `content`
  SearchKey search_key;
  Completeness completeness{Completeness::complete};
  bool read{false};
  bool stale{false};
  std::optional<Timestamp> deleted_at;
  std::optional<DeletionKind> deletion;
  RunId first_run{RunId::none};  // that brought the message
  RunId last_run{RunId::none};   // that brought this version
  std::uint64_t upserts{0};      // times that content arrived
};

struct MirroredFolder {
  FolderInfo info;
  std::optional<Timestamp> deleted_at;
};

class MemorySink final : public ChangeSink {
 public:
  using Key = std::pair<FolderId, SourceKey>;
  using Answer = std::function<SinkAnswer(const SinkContext& context, const DeliveredMessage& message)>;

  /// shared: attaches to units of work of a MemoryStore only (others fail with Errc::internal), and is rolled back with
  /// them. separate: attaches to any; what was not flushed is taken back at the next attach, as a crash would.
  explicit MemorySink(SinkCoupling coupling = SinkCoupling::shared) : coupling_(coupling) {}
  ~MemorySink() override;
  MemorySink(const MemorySink&) = delete;
  MemorySink& operator=(const MemorySink&) = delete;

  /// Asked before each upsert; anything but `stored` is answered without keeping the message.
  void answer_with(Answer answer) { answer_ = std::move(answer); }

  Result<SinkCoupling> attach(UnitOfWork& work) override;
  Result<SinkAnswer> upsert(const SinkContext& context, const DeliveredMessage& message) override;
  Result<void> mark_deleted(const SinkContext& context, const SourceKey& key, DeletionKind kind) override;
  Result<void> set_read(const SinkContext& context, const SourceKey& key, bool read) override;
  Result<void> set_stale(const SinkContext& context, const SourceKey& key, bool stale) override;
  Result<void> rename_message(const SinkContext& context, const SourceKey& from, const MessageName& now) override;
  Result<void> folder_changed(const SinkContext& context, const FolderInfo& info) override;
  Result<void> folder_deleted(const SinkContext& context) override;
  Result<void> flush() override;

  /// Deleted ones included; what an open batch has written so far included.
  const std::map<Key, MirroredMessage>& messages() const noexcept { return messages_; }
  const std::map<FolderId, MirroredFolder>& folders() const noexcept { return folders_; }
  /// Null: not there, or deleted.
  const MirroredMessage* live(FolderId folder, const SourceKey& key) const;
  std::uint64_t live_count(FolderId folder) const;
  std::uint64_t flushes() const noexcept { return flushes_; }

 private:
  void make_way(memory::UndoLog& undo, const SinkContext& context, const Key& key);
  template <class Change>
  Result<void> change(const SinkContext& context, const SourceKey& key, Change apply);
  /// Where changes are remembered; fails before the first attach.
  Result<memory::UndoLog*> require_undo();

  SinkCoupling coupling_;
  Answer answer_;
  std::map<Key, MirroredMessage> messages_;
  std::map<FolderId, MirroredFolder> folders_;
  memory::UndoLog unflushed_;              // separate only
  memory::UndoLog* shared_undo_{nullptr};  // of the unit of work attached to; shared only
  bool attached_{false};
  std::uint64_t flushes_{0};
};

}  // namespace mapisync
