#include "providers/fake/fake_exporter.h"

#include <algorithm>

#include "providers/fake/mailbox_keys.h"
#include "providers/fake/server_codes.h"

namespace mapisync::fake {

Failure FakeExporter::stop_for(Failure failure) {
  failed_ = failure;
  return failure;
}

Result<StepResult> FakeExporter::synchronize(const StopFlag& stop, std::optional<Duration> /*deadline*/) {
  if (failed_) return *failed_;
  Result<void> entered = below_.enter(PortCall::synchronize);
  if (!entered) return stop_for(std::move(entered).error());
  if (phase_ == Phase::fresh) return server_failure(Errc::unconfigured, "synchronize before config");
  Result<StepResult> result = step(stop);
  if (!result) return stop_for(std::move(result).error());
  return result;
}

Result<StepResult> FakeExporter::step(const StopFlag& stop) {
  if (phase_ == Phase::done) return progress(true);
  MAPISYNC_TRYV(living_folder());
  MAPISYNC_TRYV(noise());
  if ((options_.flags & sync_flag::kCatchUp) != 0) {
    MAPISYNC_TRYV(catch_up());
    return StepResult{true, 0, 0};
  }
  const bool interruptible = server_.profile().interruptible == Known::yes;
  std::uint32_t left = std::max<std::uint32_t>(options_.buffer_size, 1);
  if (phase_ == Phase::settle_first) {
    MAPISYNC_TRYV(settle());
    phase_ = Phase::messages;
    if (interruptible && !order_.empty()) return progress(false);
  }
  while (phase_ == Phase::messages && next_ < order_.size()) {
    if (interruptible && (left-- == 0 || stop.requested())) return progress(false);
    MAPISYNC_TRYV(send_buffer());
    if (!stalled_) continue;
    if (!interruptible) return server_failure(Errc::timeout, "the server goes on without getting further");
    stalled_ = false;
    return progress(false);
  }
  if (server_.profile().end_alone && !end_announced_ && next_ > 0) {
    end_announced_ = true;
    return progress(false);
  }
  if (spoiled_) return server_failure(Errc::call_failed, "synchronize");
  const bool settled = selective_ || server_.profile().settle_first;
  if (!settled) {
    MAPISYNC_TRYV(settle());
  }
  phase_ = Phase::done;
  return progress(true);
}

// Failures that have nothing to do with any message.
Result<void> FakeExporter::noise() {
  const ServerProfile& profile = server_.profile();
  if (server_.random().per_mille(profile.transient_per_mille)) {
    return server_failure(profile.transient_code, "synchronize");
  }
  return success();
}

Result<void> FakeExporter::catch_up() {
  if (server_.profile().catch_up == CatchUp::expensive) {
    for (const PlannedMessage& planned : order_) {  // a download that nobody keeps
      MAPISYNC_TRY(prepared, prepare(planned));
      if (prepared.fate == Fate::stop) return *prepared.failure;
      if (prepared.fate == Fate::stall) return server_failure(Errc::timeout, "a catch-up that gets no further");
    }
  }
  MAPISYNC_TRY(state, plan_.caught_up());
  caught_up_ = std::move(state);
  phase_ = Phase::done;
  return success();
}

Result<FakeExporter::Prepared> FakeExporter::prepare(const PlannedMessage& planned) {
  Prepared out;
  MAPISYNC_TRY(now, server_.mailbox().message_by_mid(planned.mid));
  if (!now || now->folder != folder_ || !now->in_scope) return out;  // gone since config: silence
  out.record = std::move(*now);
  const Damage damage = server_.damage_of(out.record).value_or(Damage{DamageKind::none, Errc::ok});
  if (damage.kind == DamageKind::hide || damage.kind == DamageKind::hide_as_deleted) {
    plan_.left_out(out.record);
    return out;
  }
  if (damage.kind == DamageKind::server_death) {
    server_.kill();
    return server_failure(Errc::network, "the connection was lost");
  }
  if (damage.kind == DamageKind::client_death) server_.on_client_death();
  if (damage.kind == DamageKind::stall) {
    out.fate = Fate::stall;
    return out;
  }
  Result<MessageContent> content = server_.content_of(out.record);
  if (!content && content.error().scope == Scope::process) return std::move(content).error();
  if (damage.kind == DamageKind::abort)
    out.failure = server_failure(damage.code, "synchronize");
  else if (!content)
    out.failure = server_failure(Errc::corrupt_data, "synchronize: " + content.error().context);
  if (content) {
    filter_content(content.value(), filter_);
    if (server_.profile().exact_sizes) out.record.size = content_size(content.value());
    damage_content(content.value(), damage);
    out.content = std::move(content).value();
  }
  out.fate = Fate::send;
  if (!out.failure) return out;
  const bool recovering = (options_.flags & sync_flag::kFxRecoverMode) != 0;
  out.fate = Fate::stop;
  if (recovering && server_.profile().recover_mode == RecoverMode::report) out.fate = Fate::name;
  if (recovering && server_.profile().recover_mode == RecoverMode::skip) {
    plan_.left_out(out.record);
    out.fate = Fate::skip;
  }
  return out;
}

std::size_t FakeExporter::buffer_limit() const {
  const ServerProfile& profile = server_.profile();
  if (profile.buffer_messages != 0) return std::min(order_.size(), next_ + profile.buffer_messages);
  std::size_t end = next_;
  std::uint64_t fill = 0;
  while (end < order_.size() && (end == next_ || fill + order_[end].size <= profile.buffer_bytes)) {
    fill += order_[end++].size;
  }
  return end;
}

FakeExporter::Buffer FakeExporter::fill_buffer() {
  const ServerProfile& profile = server_.profile();
  Buffer buffer;
  const std::size_t limit = buffer_limit();
  for (buffer.end = next_; buffer.end < limit; ++buffer.end) {
    const std::uint64_t whole = whole_ + buffer.ready.size();
    if (spoiled_ && whole >= profile.state_fails_after) {
      buffer.why = server_failure(Errc::call_failed, "synchronize");
      return buffer;
    }
    if (profile.abort_after != 0 && whole >= profile.abort_after) {
      buffer.why = server_failure(profile.abort_code, "synchronize");
      return buffer;
    }
    buffer.ready_arrive = !profile.buffer_lost;  // from here on it is a message that cuts the buffer short
    if (server_.on_message_read) server_.on_message_read();
    Result<Prepared> taken = prepare(order_[buffer.end]);
    if (!taken) {
      buffer.why = std::move(taken).error();
      return buffer;
    }
    Prepared& prepared = taken.value();
    buffer.stalled = prepared.fate == Fate::stall;
    if (buffer.stalled) return buffer;
    if (prepared.fate == Fate::stop) {
      buffer.why = prepared.failure;
      buffer.culprit = std::move(prepared);
      return buffer;
    }
    if (prepared.fate != Fate::skip) buffer.ready.push_back(std::move(prepared));
    buffer.ready_arrive = true;
  }
  return buffer;
}

Result<void> FakeExporter::send_buffer() {
  Buffer buffer = fill_buffer();
  if (buffer.ready_arrive) {
    for (Prepared& prepared : buffer.ready) {
      MAPISYNC_TRYV(send(std::move(prepared)));
    }
    buffer.ready.clear();
    next_ = buffer.end;
  }
  if (buffer.culprit) {
    MAPISYNC_TRYV(leave_part(*buffer.culprit, buffer.ready));
  }
  if (buffer.why) return *buffer.why;
  stalled_ = buffer.stalled;
  return success();
}

MessageHeader FakeExporter::header_of(const MessageRecord& record) const {
  MessageHeader header;
  const bool native = (options_.flags & sync_flag::kNoForeignKeys) != 0;
  header.source_key = native ? record.native_key : record.source_key;
  header.change_key = record.change_key;
  header.predecessor_change_list = record.predecessor_change_list;
  header.last_modified = record.modified;
  header.associated = record.associated;
  header.ref =
      make_ref({static_cast<std::uint64_t>(record.folder), record.mid, record.change_number, record.source_key});
  header.size = record.size;
  return header;
}

Result<void> FakeExporter::send(Prepared prepared) {
  if (prepared.fate == Fate::name) {
    plan_.named_bad(prepared.record);
    Result<void> told = importer_->message_error({prepared.record.source_key, *prepared.failure});
    if (!told) return refused(told.error());
    return success();
  }
  auto staged = importer_->message_begin(header_of(prepared.record));
  if (!staged) return refused(staged.error());
  if (staged.value()) {
    Result<void> saved = send_message(*staged.value(), std::move(*prepared.content));
    if (!saved) return refused(saved.error());
  }
  plan_.sent(prepared.record);
  ++whole_;
  ++server_.counts.messages_sent;
  return success();
}

Result<void> FakeExporter::leave_part(Prepared& culprit, std::vector<Prepared>& before) {
  switch (server_.profile().leftover) {
    case Leftover::none: return success();
    case Leftover::some:
      if (Seeded(server_.plan().seed ^ (culprit.record.mid << 20U)).below(2) == 0) return success();
      break;
    case Leftover::culprit: break;
    case Leftover::first:
      if (before.empty()) break;
      return begin_and_drop(before.front().record, std::move(before.front().content));
  }
  return begin_and_drop(culprit.record, std::move(culprit.content));
}

Result<void> FakeExporter::begin_and_drop(const MessageRecord& record, std::optional<MessageContent> content) {
  auto staged = importer_->message_begin(header_of(record));
  if (!staged) return refused(staged.error());
  if (!staged.value()) return success();
  if (!content) {
    content.emplace();
    complete_content(*content, record);
  }
  Result<void> sent = send_part(*staged.value(), std::move(*content));
  if (!sent) return refused(sent.error());
  return success();
}

Result<void> FakeExporter::settle() {
  MAPISYNC_TRY(settlement, plan_.settle());
  if (!settlement.deleted.empty()) {
    for (std::uint32_t i = 0; i < server_.profile().never_seen_deletions; ++i) {
      settlement.deleted.emplace_back(pseudo_random(server_.random().next(), i, kNativeKeySize));
    }
    Result<void> told = importer_->deletions(settlement.deleted, DeletionKind::hard);
    if (!told) return refused(told.error());
  }
  if (!settlement.gone_from_scope.empty()) {
    Result<void> told = importer_->deletions(settlement.gone_from_scope, DeletionKind::soft);
    if (!told) return refused(told.error());
  }
  if (!settlement.read.empty()) {
    Result<void> told = importer_->read_states(settlement.read);
    if (!told) return refused(told.error());
  }
  return success();
}

StepResult FakeExporter::progress(bool done) {
  const std::uint64_t steps = order_.size();
  switch (server_.profile().progress) {
    case ProgressTelling::exact: return {done, steps, next_};
    case ProgressTelling::rough: return {done, steps + steps / 4 + 1, next_ + next_ / 5};
    case ProgressTelling::zero: return {done, 0, 0};
  }
  return {done, 0, 0};
}

Result<SyncState> FakeExporter::update_state() {
  if (failed_) return *failed_;
  MAPISYNC_TRYV(below_.enter(PortCall::update_state));
  if (phase_ == Phase::fresh) return server_failure(Errc::unconfigured, "update_state before config");
  if (selective_) {
    FakeState state = plan_.state_so_far();
    state.kind = StateKind::selective;
    return state.encode(StateOrigin::opaque);
  }
  if (caught_up_) return caught_up_->encode(StateOrigin::opaque);
  if (phase_ == Phase::done) return plan_.final_state().encode(StateOrigin::opaque);
  if (server_.profile().composed_state == Known::yes) return plan_.state_so_far().encode(StateOrigin::composed);
  if (server_.profile().checkpoint == CheckpointMode::live) return plan_.state_so_far().encode(StateOrigin::opaque);
  return options_.state;  // 2010 and later: what was configured, until the end
}

}  // namespace mapisync::fake
