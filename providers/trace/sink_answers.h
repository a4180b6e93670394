// What a sink does not take decides what becomes of a message: these answers are recorded, and given again. Borrow what
// they decorate. One caller at a time.
#pragma once

#include "engine/ports/change_sink.h"
#include "providers/trace/recorder.h"
#include "providers/trace/replay_log.h"

namespace mapisync::trace {

/// Passes everything on.
class SinkDecorator : public ChangeSink {
 public:
  explicit SinkDecorator(ChangeSink& sink) noexcept : sink_(sink) {}
  Result<SinkCoupling> attach(UnitOfWork& work) override { return sink_.attach(work); }
  Result<SinkAnswer> upsert(const SinkContext& context, const DeliveredMessage& message) override {
    return sink_.upsert(context, message);
  }
  Result<void> mark_deleted(const SinkContext& context, const SourceKey& key, DeletionKind kind) override {
    return sink_.mark_deleted(context, key, kind);
  }
  Result<void> set_read(const SinkContext& context, const SourceKey& key, bool read) override {
    return sink_.set_read(context, key, read);
  }
  Result<void> set_stale(const SinkContext& context, const SourceKey& key, bool stale) override {
    return sink_.set_stale(context, key, stale);
  }
  Result<void> rename_message(const SinkContext& context, const SourceKey& from, const MessageName& now) override {
    return sink_.rename_message(context, from, now);
  }
  Result<void> folder_changed(const SinkContext& context, const FolderInfo& info) override {
    return sink_.folder_changed(context, info);
  }
  Result<void> folder_deleted(const SinkContext& context) override { return sink_.folder_deleted(context); }
  Result<void> flush() override { return sink_.flush(); }

 private:
  ChangeSink& sink_;
};

class RecordingSink final : public SinkDecorator {
 public:
  RecordingSink(ChangeSink& sink, Recorder& recorder) noexcept : SinkDecorator(sink), recorder_(recorder) {}
  Result<SinkCoupling> attach(UnitOfWork& work) override {
    auto coupling = SinkDecorator::attach(work);
    if (coupling && coupling.value() == SinkCoupling::separate) recorder_.note_apart();
    return coupling;
  }
  Result<SinkAnswer> upsert(const SinkContext& context, const DeliveredMessage& message) override {
    auto answer = SinkDecorator::upsert(context, message);
    const bool taken = answer && answer.value().kind == SinkAnswer::Kind::stored;
    if (!taken) recorder_.note_refusal(message.header.source_key, answer);
    return answer;
  }

 private:
  Recorder& recorder_;
};

/// What the recorded sink did not take reaches the decorated one not either.
class ReplayingSink final : public SinkDecorator {
 public:
  ReplayingSink(ChangeSink& sink, ReplayLog& log) noexcept : SinkDecorator(sink), log_(log) {}
  Result<SinkCoupling> attach(UnitOfWork& work) override {
    const bool apart = log_.apart();
    auto coupling = SinkDecorator::attach(work);
    return coupling && apart ? Result<SinkCoupling>(SinkCoupling::separate) : std::move(coupling);
  }
  Result<SinkAnswer> upsert(const SinkContext& context, const DeliveredMessage& message) override {
    if (auto refused = log_.refusal(message.header.source_key)) return std::move(*refused);
    return SinkDecorator::upsert(context, message);
  }

 private:
  ReplayLog& log_;
};

}  // namespace mapisync::trace
