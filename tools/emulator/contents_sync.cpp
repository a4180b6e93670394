#include "tools/emulator/contents_sync.h"

#include <algorithm>
#include <limits>

#include "providers/mapihttp/wire/constants.h"
#include "tools/emulator/message_stream.h"

namespace mapisync::emulator {

namespace flags = wire::sync_flags;
namespace marker = wire::marker;

void arrange(EmulatedServer& server, std::vector<ChosenMessage>& messages, bool by_delivery, bool may_repeat) {
  const fake::ServerProfile& profile = server.profile();
  const fake::ExportOrder order = by_delivery ? fake::ExportOrder::table : profile.order;
  const std::uint64_t turn = order == fake::ExportOrder::reshuffle ? ++server.fake->configurations : 0;
  const std::uint64_t salt = (server.fake->plan().seed * 31 + turn) * 0x9e3779b97f4a7c15ULL;
  const auto rank = [&](const ChosenMessage& m) { return fake::Seeded(salt ^ m.mid).next(); };
  std::sort(messages.begin(), messages.end(), [&](const ChosenMessage& a, const ChosenMessage& b) {
    switch (order) {
      case fake::ExportOrder::table: return std::pair(a.delivered, a.mid) > std::pair(b.delivered, b.mid);
      case fake::ExportOrder::insertion: return a.mid < b.mid;
      case fake::ExportOrder::newest: return a.mid > b.mid;
      case fake::ExportOrder::shuffle:
      case fake::ExportOrder::reshuffle: return std::pair(rank(a), a.mid) < std::pair(rank(b), b.mid);
    }
    return a.mid < b.mid;
  });
  if (!may_repeat) return;
  const std::size_t count = messages.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (server.fake->random().per_mille(profile.duplicates_per_mille)) messages.push_back(messages[i]);
  }
}

ContentsSync::ContentsSync(EmulatedServer& server, ContentsSyncOptions options)
    : server_(server),
      options_(std::move(options)),
      scope_(server, options_.folder, options_.flags, options_.restriction) {}

Result<StreamPart> ContentsSync::part() {
  MAPISYNC_TRY(bytes, to_.take());
  StreamPart part;
  part.bytes = std::move(bytes);
  return part;
}

Result<StreamPart> ContentsSync::next() {
  switch (phase_) {
    case Phase::fresh: return begin();
    case Phase::messages: return next_message();
    case Phase::error_info: {
      MAPISYNC_TRYV(write_error_info(server_, to_, *named_));
      named_.reset();
      phase_ = Phase::messages;
      return part();
    }
    case Phase::settle: return settle();
    case Phase::done: break;
  }
  return refusal(rop_code::kCallFailed, "the stream has ended");
}

Result<StreamPart> ContentsSync::begin() {
  MAPISYNC_TRY(folder, server_.mailbox().folder_record(options_.folder));
  if (folder.deleted) return refusal(rop_code::kNotFound, "the folder was deleted");
  MAPISYNC_TRY(chosen, scope_.choose(before_));
  order_ = std::move(chosen);
  if ((options_.flags & flags::kProgress) != 0) {
    wire::ProgressInformation total;
    for (const ChosenMessage& message : order_) {
      ++(message.associated ? total.fai_count : total.normal_count);
      (message.associated ? total.fai_size : total.normal_size) += message.size;
    }
    to_.progress_total(total);
  }
  arrange(server_, order_, (options_.extra_flags & wire::sync_extra_flags::kOrderByDeliveryTime) != 0, true);
  phase_ = Phase::messages;
  ++server_.fake->counts.exports;
  return part();
}

// A run that fails after so many messages, whatever the next one is.
std::optional<Failure> ContentsSync::planned_end() {
  const fake::ServerProfile& profile = server_.profile();
  if (profile.abort_after == 0 || whole_ < profile.abort_after) return std::nullopt;
  return fake::server_failure(profile.abort_code, "planned");
}

Result<StreamPart> ContentsSync::next_message() {
  while (next_ < order_.size()) {
    if (auto failure = planned_end()) return *failure;
    MAPISYNC_TRY(message, take_message(server_, order_[next_].mid, options_.folder, options_.manner));
    if (message.fate == MessageFate::stall) {
      StreamPart nothing;
      nothing.stalled = true;
      return nothing;
    }
    if (message.fate == MessageFate::stop) return stop_at(std::move(message));
    ++next_;
    if (message.fate == MessageFate::gone) continue;
    if (message.fate == MessageFate::name) return name_bad(std::move(message));
    if (message.fate == MessageFate::send) return send(message);
    MAPISYNC_TRYV(scope_.left_out(message.record));
  }
  phase_ = Phase::settle;
  MAPISYNC_TRY(rest, part());
  rest.ends_buffer = server_.profile().end_alone && next_ > 0;
  return std::move(rest);
}

// Progress and header.
Result<void> ContentsSync::write_begin(const TakenMessage& message) {
  if ((options_.flags & flags::kProgress) != 0) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
    to_.progress_message(static_cast<std::uint32_t>(std::min(message.record.size, kMost)), message.record.associated);
  }
  const bool native = (options_.flags & flags::kNoForeignIdentifiers) != 0;
  MAPISYNC_TRY(header, header_of(server_, message.record, options_.extra_flags, native, message.record.size));
  to_.change_header(header);
  return success();
}

Result<StreamPart> ContentsSync::send(const TakenMessage& message) {
  MAPISYNC_TRYV(write_begin(message));
  MAPISYNC_TRYV(MessageStream(server_, to_).whole(*message.content));
  MAPISYNC_TRYV(scope_.sent(message.record));
  ++whole_;
  ++server_.fake->counts.messages_sent;
  MAPISYNC_TRY(made, part());
  made.whole_message = true;
  return std::move(made);
}

// The beginning of a bad message, up to where it fails.
Result<void> ContentsSync::write_part(const TakenMessage& message, ErrorPlace place) {
  const bool progress = (options_.flags & flags::kProgress) != 0;
  if (place == ErrorPlace::before_header || place == ErrorPlace::header) {
    // It also ends the message before, which has no end of its own. Where a client wants no progress, nothing does.
    if (progress) to_.progress_message(0, message.record.associated);
    if (place == ErrorPlace::before_header) return success();
    to_.marker(marker::kIncrSyncChg);
    to_.sized(pr::kSourceKey, message.record.native_key.bytes());
    return success();
  }
  MAPISYNC_TRYV(write_begin(message));
  return MessageStream(server_, to_).broken_off(*message.content, place);
}

Result<StreamPart> ContentsSync::name_bad(TakenMessage message) {
  const ErrorPlace place = server_.script.form_of(message.record.name).place;
  MAPISYNC_TRYV(scope_.named_bad(message.record));
  MAPISYNC_TRYV(write_part(message, place));
  if (place != ErrorPlace::later_buffer) {
    MAPISYNC_TRYV(write_error_info(server_, to_, message));
    return part();
  }
  named_ = std::move(message);
  phase_ = Phase::error_info;
  MAPISYNC_TRY(half, part());
  half.ends_buffer = true;
  return std::move(half);
}

Result<StreamPart> ContentsSync::stop_at(TakenMessage message) {
  const BadMessageForm& form = server_.script.form_of(message.record.name);
  if (leaves_part(server_, message.record)) MAPISYNC_TRYV(write_part(message, form.place));
  MAPISYNC_TRY(left, part());
  left.failure = std::move(message.failure);
  left.abort = form.abort;
  return std::move(left);
}

Result<StreamPart> ContentsSync::settle() {
  MAPISYNC_TRY(settlement, scope_.settle());
  wire::StreamDeletions deletions;
  if (!settlement.deleted.empty()) {
    wire::ReplidIdset gone = to_replids(server_.replicas, settlement.deleted);
    // Ids that nobody ever heard of.
    constexpr std::uint64_t kBeyondAll = std::uint64_t{1} << 40U;
    for (std::uint32_t i = 0; i < server_.profile().never_seen_deletions; ++i) {
      gone.add(1, kBeyondAll + server_.fake->random().below(kBeyondAll));
    }
    deletions.deleted = std::move(gone);
  }
  if (!settlement.no_longer_in_scope.empty()) {
    deletions.no_longer_in_scope = to_replids(server_.replicas, settlement.no_longer_in_scope);
  }
  if (deletions.deleted || deletions.no_longer_in_scope) to_.deletions(deletions);
  wire::StreamReadStates reads;
  if (!settlement.read.empty()) reads.read = to_replids(server_.replicas, settlement.read);
  if (!settlement.unread.empty()) reads.unread = to_replids(server_.replicas, settlement.unread);
  if (reads.read || reads.unread) to_.read_states(reads);
  MAPISYNC_TRY(state, scope_.final_state());
  to_.state(state.to_stream(true));
  to_.marker(marker::kIncrSyncEnd);
  phase_ = Phase::done;
  MAPISYNC_TRY(end, part());
  end.last = true;
  return std::move(end);
}

Result<Bytes> ContentsSync::transfer_state() {
  wire::FastTransferWriter to;
  if (phase_ == Phase::fresh) {
    to.state(before_.to_stream(true));
  } else if (phase_ == Phase::done) {
    MAPISYNC_TRY(state, scope_.final_state());
    to.state(state.to_stream(true));
  } else if (server_.profile().checkpoint == fake::CheckpointMode::live) {
    to.state(scope_.state_so_far().to_stream(true));
  } else {
    to.state(scope_.initial_state().to_stream(true));
  }
  return to.take();
}

}  // namespace mapisync::emulator
