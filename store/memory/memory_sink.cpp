#include "store/memory/memory_sink.h"

#include <utility>

#include "store/memory/memory_store.h"

namespace mapisync {

MemorySink::~MemorySink() = default;

Result<SinkCoupling> MemorySink::attach(UnitOfWork& work) {
  if (coupling_ == SinkCoupling::separate) {
    unflushed_.take_back();
    attached_ = true;
    return coupling_;
  }
  auto* own = dynamic_cast<MemoryUnitOfWork*>(&work);
  if (own == nullptr) {
    return fail(Errc::internal, Scope::process, Retry::never,
                "sink in memory: shares transactions with a store in memory only");
  }
  shared_undo_ = &own->undo();
  attached_ = true;
  return coupling_;
}

Result<memory::UndoLog*> MemorySink::require_undo() {
  if (!attached_) {
    return fail(Errc::internal, Scope::process, Retry::never, "sink in memory: a change before attach");
  }
  return coupling_ == SinkCoupling::shared ? shared_undo_ : &unflushed_;
}

Result<SinkAnswer> MemorySink::upsert(const SinkContext& context, const DeliveredMessage& message) {
  if (answer_) {
    SinkAnswer answer = answer_(context, message);
    if (answer.kind != SinkAnswer::Kind::stored) return answer;
  }
  MAPISYNC_TRY(undo, require_undo());
  MAPISYNC_TRY(copy, copy_content(message.content));
  MAPISYNC_TRY(digest, content_digest(copy));
  const Key key{context.folder, message.header.source_key};
  undo->before_change(messages_, key);
  MirroredMessage& kept = messages_[key];
  const RunId first_run = kept.first_run == RunId::none ? context.run : kept.first_run;
  const std::uint64_t upserts = kept.upserts + 1;
  kept = MirroredMessage{};
  kept.header = message.header;
  kept.content = std::make_shared<MessageContent>(std::move(copy));
  kept.digest = digest;
  kept.search_key = message.search_key;
  kept.completeness = message.completeness;
  kept.read = message.read;
  kept.first_run = first_run;
  kept.last_run = context.run;
  kept.upserts = upserts;
  return SinkAnswer{};
}

template <class Change>
Result<void> MemorySink::change(const SinkContext& context, const SourceKey& key, Change apply) {
  MAPISYNC_TRY(undo, require_undo());
  const auto found = messages_.find({context.folder, key});
  if (found == messages_.end()) return success();
  undo->before_change(messages_, found->first);
  apply(found->second);
  return success();
}

Result<void> MemorySink::mark_deleted(const SinkContext& context, const SourceKey& key, DeletionKind kind) {
  return change(context, key, [&](MirroredMessage& message) {
    if (message.deleted_at) return;
    message.deleted_at = context.now;
    message.deletion = kind;
  });
}

Result<void> MemorySink::set_read(const SinkContext& context, const SourceKey& key, bool read) {
  return change(context, key, [&](MirroredMessage& message) { message.read = read; });
}

Result<void> MemorySink::set_stale(const SinkContext& context, const SourceKey& key, bool stale) {
  return change(context, key, [&](MirroredMessage& message) { message.stale = stale; });
}

/// What is there under the key goes on under one that no server makes.
void MemorySink::make_way(memory::UndoLog& undo, const SinkContext& context, const Key& key) {
  const auto found = messages_.find(key);
  if (found == messages_.end()) return;
  MirroredMessage displaced = found->second;
  if (!displaced.deleted_at) {
    displaced.deleted_at = context.now;
    displaced.deletion = DeletionKind::hard;
  }
  Key free = key;
  for (int n = 1; messages_.contains(free); ++n) {
    free.second = SourceKey(key.second.bytes() + "/former" + std::to_string(n));
  }
  undo.before_change(messages_, key);
  messages_.erase(key);
  undo.before_change(messages_, free);
  displaced.header.source_key = free.second;
  messages_.insert_or_assign(free, std::move(displaced));
}

Result<void> MemorySink::rename_message(const SinkContext& context, const SourceKey& from, const MessageName& now) {
  MAPISYNC_TRY(undo, require_undo());
  const Key old_key{context.folder, from};
  const Key new_key{context.folder, now.key};
  if (!messages_.contains(old_key)) return success();
  if (old_key != new_key) make_way(*undo, context, new_key);
  undo->before_change(messages_, old_key);
  MirroredMessage kept = messages_.at(old_key);
  messages_.erase(old_key);
  undo->before_change(messages_, new_key);
  kept.header.source_key = now.key;
  kept.header.change_key = now.change_key;
  kept.header.ref = now.ref;
  messages_.insert_or_assign(new_key, std::move(kept));
  return success();
}

Result<void> MemorySink::folder_changed(const SinkContext& context, const FolderInfo& info) {
  MAPISYNC_TRY(undo, require_undo());
  undo->before_change(folders_, context.folder);
  folders_.insert_or_assign(context.folder, MirroredFolder{info, std::nullopt});
  return success();
}

Result<void> MemorySink::folder_deleted(const SinkContext& context) {
  MAPISYNC_TRY(undo, require_undo());
  if (const auto folder = folders_.find(context.folder); folder != folders_.end() && !folder->second.deleted_at) {
    undo->before_change(folders_, context.folder);
    folder->second.deleted_at = context.now;
  }
  auto it = messages_.lower_bound({context.folder, SourceKey{}});
  for (; it != messages_.end() && it->first.first == context.folder; ++it) {
    if (it->second.deleted_at) continue;
    undo->before_change(messages_, it->first);
    it->second.deleted_at = context.now;
    it->second.deletion = DeletionKind::hard;
  }
  return success();
}

Result<void> MemorySink::flush() {
  unflushed_.forget();
  ++flushes_;
  return success();
}

const MirroredMessage* MemorySink::live(FolderId folder, const SourceKey& key) const {
  const auto found = messages_.find({folder, key});
  return found == messages_.end() || found->second.deleted_at ? nullptr : &found->second;
}

std::uint64_t MemorySink::live_count(FolderId folder) const {
  std::uint64_t count = 0;
  auto it = messages_.lower_bound({folder, SourceKey{}});
  for (; it != messages_.end() && it->first.first == folder; ++it) {
    if (!it->second.deleted_at) ++count;
  }
  return count;
}

}  // namespace mapisync
