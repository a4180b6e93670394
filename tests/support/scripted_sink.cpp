#include "tests/support/scripted_sink.h"

namespace mapisync::test {

namespace {

Failure out_of_order() {
  return fail(Errc::sink_failed, Scope::process, Retry::later, "the target is out of order (scripted)");
}

}  // namespace

Result<void> ScriptedSink::call() {
  if (++script_.calls == script_.fail_call) return out_of_order();
  return success();
}

Result<SinkCoupling> ScriptedSink::attach(UnitOfWork& work) {
  MAPISYNC_TRYV(call());
  auto* watched = dynamic_cast<WatchedWork*>(&work);
  return inner_.attach(watched == nullptr ? work : watched->inner());
}

Result<SinkAnswer> ScriptedSink::upsert(const SinkContext& context, const DeliveredMessage& message) {
  MAPISYNC_TRYV(call());
  if (++script_.upserts == script_.fail_upsert) return out_of_order();
  if (script_.answer) {
    SinkAnswer answer = script_.answer(message);
    if (answer.kind != SinkAnswer::Kind::stored) return answer;
  }
  if (script_.lose && script_.lose(message)) return SinkAnswer{};
  return inner_.upsert(context, message);
}

Result<void> ScriptedSink::mark_deleted(const SinkContext& context, const SourceKey& key, DeletionKind kind) {
  MAPISYNC_TRYV(call());
  ++script_.deletions;
  if (script_.lose_deletions) return success();
  return inner_.mark_deleted(context, key, kind);
}

Result<void> ScriptedSink::set_read(const SinkContext& context, const SourceKey& key, bool read) {
  MAPISYNC_TRYV(call());
  return inner_.set_read(context, key, read);
}

Result<void> ScriptedSink::set_stale(const SinkContext& context, const SourceKey& key, bool stale) {
  MAPISYNC_TRYV(call());
  return inner_.set_stale(context, key, stale);
}

Result<void> ScriptedSink::rename_message(const SinkContext& context, const SourceKey& from, const MessageName& now) {
  MAPISYNC_TRYV(call());
  return inner_.rename_message(context, from, now);
}

Result<void> ScriptedSink::folder_changed(const SinkContext& context, const FolderInfo& info) {
  MAPISYNC_TRYV(call());
  return inner_.folder_changed(context, info);
}

Result<void> ScriptedSink::folder_deleted(const SinkContext& context) {
  MAPISYNC_TRYV(call());
  return inner_.folder_deleted(context);
}

Result<void> ScriptedSink::flush() {
  MAPISYNC_TRYV(call());
  ++script_.flushes;
  if (script_.flushes == script_.crash_before_flush) throw Crash{"before a flush"};
  MAPISYNC_TRYV(inner_.flush());
  if (script_.flushes == script_.crash_after_flush) throw Crash{"between flush and commit"};
  return success();
}

MirrorCopy copy_of(const DeliveredMessage& message) {
  MirrorCopy copy;
  copy.change_key = message.header.change_key;
  copy.associated = message.header.associated;
  copy.read = message.read;
  copy.subject = text_or_empty(message.content.properties, pr::kSubject);
  copy.body = text_or_empty(message.content.properties, pr::kBody);
  copy.recipients = message.content.recipients.size();
  copy.attachments = message.content.attachments.size();
  return copy;
}

Result<SinkCoupling> SeparateMirror::attach(UnitOfWork& /*work*/) {
  staged_ = durable_;
  return SinkCoupling::separate;
}

MirrorCopy* SeparateMirror::staged(const SinkContext& context, const SourceKey& key) {
  const auto found = staged_.find({context.folder, key});
  return found == staged_.end() ? nullptr : &found->second;
}

Result<SinkAnswer> SeparateMirror::upsert(const SinkContext& context, const DeliveredMessage& message) {
  staged_[{context.folder, message.header.source_key}] = copy_of(message);
  return SinkAnswer{};
}

Result<void> SeparateMirror::mark_deleted(const SinkContext& context, const SourceKey& key, DeletionKind /*kind*/) {
  if (MirrorCopy* copy = staged(context, key)) copy->deleted = true;
  return success();
}

Result<void> SeparateMirror::set_read(const SinkContext& context, const SourceKey& key, bool read) {
  if (MirrorCopy* copy = staged(context, key)) copy->read = read;
  return success();
}

Result<void> SeparateMirror::set_stale(const SinkContext& context, const SourceKey& key, bool stale) {
  if (MirrorCopy* copy = staged(context, key)) copy->stale = stale;
  return success();
}

Result<void> SeparateMirror::rename_message(const SinkContext& context, const SourceKey& from, const MessageName& now) {
  const auto found = staged_.find({context.folder, from});
  if (found == staged_.end()) return success();
  MirrorCopy kept = found->second;
  staged_.erase(found);
  kept.change_key = now.change_key;
  staged_.insert_or_assign({context.folder, now.key}, std::move(kept));
  return success();
}

Result<void> SeparateMirror::folder_changed(const SinkContext& /*context*/, const FolderInfo& /*info*/) {
  return success();
}

Result<void> SeparateMirror::folder_deleted(const SinkContext& context) {
  for (auto& [key, copy] : staged_) {
    if (key.first == context.folder) copy.deleted = true;
  }
  return success();
}

Result<void> SeparateMirror::flush() {
  durable_ = staged_;
  return success();
}

}  // namespace mapisync::test
