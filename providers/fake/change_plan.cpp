#include "providers/fake/change_plan.h"

#include <algorithm>

#include "providers/fake/mailbox_keys.h"

namespace mapisync::fake {
namespace {

bool is_hidden(const std::optional<Damage>& damage) {
  return damage && (damage->kind == DamageKind::hide || damage->kind == DamageKind::hide_as_deleted);
}

}  // namespace

Result<void> ChangePlan::prepare(const FakeState& state, const ConfigOptions& options) {
  FakeMailbox& box = server_->mailbox();
  flags_ = options.flags;
  before_ = state;
  so_far_ = state;
  for (const SourceKey& key : options.excluded) {
    MAPISYNC_TRY(message, box.message_by_key(folder_, key));
    if (message) excluded_.insert(message->mid);
  }
  MAPISYNC_TRY(last, box.last_number());
  last_at_start_ = last;
  MAPISYNC_TRY(versions, box.versions(folder_));
  for (const FakeMailbox::Version& version : versions) {
    if (!in_scope(version) || !wanted(version.associated)) continue;
    const IdSet& seen = version.associated ? state.seen_associated : state.seen;
    const bool known = seen.contains(version.change_number) &&
                       (server_->profile().known_by == KnownBy::number || state.given.contains(version.mid));
    if (!known) messages_.push_back({version.id, version.mid, version.size, version.delivered});
  }
  return success();
}

void ChangePlan::sent(const MessageRecord& message) {
  so_far_.given.add(message.mid);
  (message.associated ? so_far_.seen_associated : so_far_.seen).add(message.change_number);
  so_far_.read.add(message.read_change_number);
  sent_reads_[message.mid] = message.read_change_number;
}

Result<Settlement> ChangePlan::settle() {
  FakeMailbox& box = server_->mailbox();
  Settlement settlement;
  MAPISYNC_TRY(last, box.last_number());
  last_at_settling_ = last;
  MAPISYNC_TRY(versions, box.versions(folder_));
  MAPISYNC_TRYV(settle_deletions(versions, settlement));
  if (has(sync_flag::kReadState)) {
    MAPISYNC_TRYV(settle_reads(versions, settlement));
  }
  return settlement;
}

Result<void> ChangePlan::settle_deletions(const std::vector<FakeMailbox::Version>& versions, Settlement& settlement) {
  FakeMailbox& box = server_->mailbox();
  const bool hard = !has(sync_flag::kNoDeletions);
  const bool soft = hard && !has(sync_flag::kNoSoftDeletions);
  const bool drop = server_->profile().given == GivenRule::drop;
  IdSet gone = so_far_.given;  // what is left after the loop exists no more
  for (const FakeMailbox::Version& version : versions) {
    if (!so_far_.given.contains(version.mid)) continue;
    gone.remove(version.mid);
    if (in_scope(version) && !server_->may_be_damaged(version)) continue;
    MAPISYNC_TRY(message, box.message_record(version.id));
    if (!in_scope(version)) {
      if (soft) settlement.gone_from_scope.push_back(message.source_key);
      if (soft || drop) dropped_.push_back(version.mid);
      continue;
    }
    const std::optional<Damage> damage = server_->damage_of(message);
    if (!is_hidden(damage)) continue;
    const bool claimed = damage->kind == DamageKind::hide_as_deleted && hard;
    if (claimed) settlement.deleted.push_back(message.source_key);
    if (claimed || drop) dropped_.push_back(version.mid);
  }
  std::vector<std::uint64_t> gone_mids;
  gone.for_each([&](std::uint64_t mid) { gone_mids.push_back(mid); });
  for (const std::uint64_t mid : gone_mids) {
    if (!hard && !drop) continue;  // not reported: stays in Given, to be reported another time
    dropped_.push_back(mid);
    if (!hard) continue;
    MAPISYNC_TRY(key, box.former_key(folder_, mid));
    if (key) settlement.deleted.push_back(*key);
  }
  return success();
}

Result<void> ChangePlan::settle_reads(const std::vector<FakeMailbox::Version>& versions, Settlement& settlement) {
  for (const FakeMailbox::Version& version : versions) {
    if (version.associated || !in_scope(version)) continue;
    const auto sent = sent_reads_.find(version.mid);
    const bool told = sent != sent_reads_.end() ? sent->second == version.read_change_number
                                                : before_.read.contains(version.read_change_number);
    if (told || !so_far_.given.contains(version.mid)) continue;
    MAPISYNC_TRY(message, server_->mailbox().message_record(version.id));
    settlement.read.push_back({message.source_key, version.read});
  }
  return success();
}

FakeState ChangePlan::final_state() const {
  FakeState state = so_far_;
  const bool drop = server_->profile().given == GivenRule::drop;
  if (!drop) {
    for (const std::uint64_t mid : hidden_) state.given.add(mid);
  }
  for (const std::uint64_t mid : dropped_) state.given.remove(mid);
  if (has(sync_flag::kNormal)) state.seen.add_range(1, last_at_start_);
  if (has(sync_flag::kAssociated)) state.seen_associated.add_range(1, last_at_start_);
  if (has(sync_flag::kReadState)) state.read.add_range(1, last_at_settling_);
  for (const std::uint64_t number : bad_) {  // not recorded as seen: it comes up again [mapi-ics 3]
    state.seen.remove(number);
    state.seen_associated.remove(number);
  }
  return state;
}

Result<FakeState> ChangePlan::caught_up() const {
  FakeMailbox& box = server_->mailbox();
  FakeState state = before_;
  state.given = IdSet();
  MAPISYNC_TRY(versions, box.versions(folder_));
  MAPISYNC_TRY(last, box.last_number());
  for (const FakeMailbox::Version& version : versions) {
    if (!in_scope(version)) continue;
    if (server_->profile().given == GivenRule::drop && server_->may_be_damaged(version)) {
      MAPISYNC_TRY(message, box.message_record(version.id));
      if (is_hidden(server_->damage_of(message))) continue;
    }
    state.given.add(version.mid);
  }
  state.seen.add_range(1, last);
  state.seen_associated.add_range(1, last);
  state.read.add_range(1, last);
  return state;
}

}  // namespace mapisync::fake
