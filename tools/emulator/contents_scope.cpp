#include "tools/emulator/contents_scope.h"

#include <algorithm>

#include "providers/fake/server_codes.h"
#include "providers/mapihttp/wire/constants.h"
#include "tools/emulator/object_properties.h"
#include "tools/emulator/restriction_match.h"

namespace mapisync::emulator {

namespace flags = wire::sync_flags;
using fake::FakeMailbox;

bool ContentsScope::wanted(bool associated) const { return has(associated ? flags::kFai : flags::kNormal); }

Result<ContentsScope::Ids> ContentsScope::ids_of(const FakeMailbox::Version& version) {
  Ids ids{{replica_, version.mid}, {replica_, version.change_number}, {replica_, version.read_change_number}};
  if (one_replica_) return ids;
  MAPISYNC_TRY(message, server_.mailbox().message_record(version.id));
  MAPISYNC_TRY(mid, server_.replicas.id_of(message.native_key.bytes()));
  MAPISYNC_TRY(number, server_.replicas.change_number(message.change_number, message.change_key.bytes()));
  ids.mid = mid;
  ids.change_number = number;
  return ids;
}

Result<bool> ContentsScope::in_scope(const FakeMailbox::Version& version) {
  if (!version.in_scope) return false;
  if (!restriction_) return true;
  MAPISYNC_TRY(message, server_.mailbox().message_record(version.id));
  return matches(*restriction_, properties_of(server_, message));
}

Result<std::vector<ChosenMessage>> ContentsScope::choose(const SyncSets& before) {
  before_ = before;
  MAPISYNC_TRY(replica, server_.replicas.current());
  MAPISYNC_TRY(one, server_.replicas.only_one());
  MAPISYNC_TRY(last, server_.mailbox().last_number());
  replica_ = replica;
  one_replica_ = one;
  last_at_start_ = last;
  MAPISYNC_TRY(versions, server_.mailbox().versions(folder_));
  MAPISYNC_TRYV(recall(versions));
  const bool by_id = server_.profile().known_by == fake::KnownBy::number_and_id;
  std::vector<ChosenMessage> chosen;
  for (const FakeMailbox::Version& version : versions) {
    if (!wanted(version.associated)) continue;
    MAPISYNC_TRY(belongs, in_scope(version));
    if (!belongs) continue;
    std::uint64_t& highest = version.associated ? highest_fai_ : highest_;
    highest = std::max(highest, version.change_number);
    MAPISYNC_TRY(ids, ids_of(version));
    const wire::Cnset& seen = version.associated ? before_.seen_fai : before_.seen;
    const bool known = seen.contains(ids.change_number.replguid, ids.change_number.counter) &&
                       (!by_id || before_.given.contains(ids.mid.replguid, ids.mid.counter));
    if (!known) chosen.push_back({version.id, version.mid, version.size, version.delivered, version.associated});
  }
  return chosen;
}

Result<void> ContentsScope::recall(const std::vector<FakeMailbox::Version>& versions) {
  const std::uint64_t retention = server_.profile().retention;
  std::uint64_t newest = 0;
  for (const wire::Cnset* set : {&before_.seen, &before_.seen_fai, &before_.read}) {
    const auto mine = set->sets().find(replica_);
    if (mine != set->sets().end()) newest = std::max(newest, mine->second.largest());
  }
  if (retention == 0 || newest == 0 || newest + retention >= last_at_start_) return success();
  switch (server_.profile().old_states) {
    case fake::OldState::refuse: return fake::server_failure(Errc::state_rejected, "a state that is too old");
    case fake::OldState::not_found: return refusal(rop_code::kNotFound, "a state that nothing is known of");
    case fake::OldState::restart: before_ = {}; return success();
    case fake::OldState::silent: break;
  }
  for (wire::Cnset* set : {&before_.seen, &before_.seen_fai, &before_.read}) {
    set->add_range(replica_, 1, last_at_start_ - retention);
  }
  // When a message was deleted is not known here: none of these deletions is told.
  SetBuilder there;
  for (const FakeMailbox::Version& version : versions) {
    MAPISYNC_TRY(ids, ids_of(version));
    if (version.in_scope) there.add(ids.mid);
  }
  before_.given = wire::intersect(before_.given, there.build());
  return success();
}

Result<void> ContentsScope::sent(const fake::MessageRecord& message) {
  MAPISYNC_TRY(mid, server_.replicas.id_of(message.native_key.bytes()));
  MAPISYNC_TRY(number, server_.replicas.change_number(message.change_number, message.change_key.bytes()));
  sent_mids_.add(mid);
  (message.associated ? sent_fai_numbers_ : sent_numbers_).add(number);
  sent_reads_.add({replica_, message.read_change_number});
  sent_read_of_[message.mid] = message.read_change_number;
  return success();
}

Result<void> ContentsScope::left_out(const fake::MessageRecord& message) {
  MAPISYNC_TRY(mid, server_.replicas.id_of(message.native_key.bytes()));
  hidden_.add(mid);
  return success();
}

Result<void> ContentsScope::named_bad(const fake::MessageRecord& message) {
  MAPISYNC_TRY(number, server_.replicas.change_number(message.change_number, message.change_key.bytes()));
  bad_numbers_.add(number);
  return success();
}

Result<bool> ContentsScope::is_hidden(const FakeMailbox::Version& version, bool* claimed_deleted) {
  if (!server_.fake->may_be_damaged(version)) return false;
  MAPISYNC_TRY(message, server_.mailbox().message_record(version.id));
  const std::optional<fake::Damage> damage = server_.fake->damage_of(message);
  *claimed_deleted = damage && damage->kind == fake::DamageKind::hide_as_deleted;
  return *claimed_deleted || (damage && damage->kind == fake::DamageKind::hide);
}

// Of a message that is there and that the client has.
Result<void> ContentsScope::settle_one(const FakeMailbox::Version& version, const wire::ReplguidIdset& given) {
  MAPISYNC_TRY(ids, ids_of(version));
  if (!given.contains(ids.mid.replguid, ids.mid.counter)) return success();
  present_.add(ids.mid);
  const bool hard = !has(flags::kNoDeletions);
  const bool soft = hard && !has(flags::kIgnoreNoLongerInScope);
  const bool drop = server_.profile().given == fake::GivenRule::drop;
  MAPISYNC_TRY(belongs, in_scope(version));
  if (!belongs) {
    if (soft) out_of_scope_.add(ids.mid);
    if (soft || drop) dropped_.add(ids.mid);
    return success();
  }
  bool claimed = false;
  MAPISYNC_TRY(hidden, is_hidden(version, &claimed));
  if (hidden) {
    claimed = claimed && hard;
    if (claimed) deleted_.add(ids.mid);
    if (claimed || drop) dropped_.add(ids.mid);
  }
  if (has(flags::kReadState)) settle_read(version, ids, given);
  return success();
}

void ContentsScope::settle_read(const FakeMailbox::Version& version, const Ids& ids, const wire::ReplguidIdset& given) {
  if (version.associated || !given.contains(ids.mid.replguid, ids.mid.counter)) return;
  const auto went = sent_read_of_.find(version.mid);
  const bool told = went != sent_read_of_.end()
                        ? went->second == version.read_change_number
                        : before_.read.contains(ids.read_number.replguid, ids.read_number.counter);
  if (!told) (version.read ? read_ : unread_).add(ids.mid);
}

Result<ContentsScope::Settlement> ContentsScope::settle() {
  MAPISYNC_TRY(last, server_.mailbox().last_number());
  last_at_settling_ = last;
  const wire::ReplguidIdset given = wire::unite(before_.given, sent_mids_.build());
  MAPISYNC_TRY(versions, server_.mailbox().versions(folder_));
  for (const FakeMailbox::Version& version : versions) MAPISYNC_TRYV(settle_one(version, given));
  Settlement settlement;
  const wire::ReplguidIdset gone = wire::subtract(given, present_.build());
  settlement.deleted = deleted_.build();
  if (!has(flags::kNoDeletions)) settlement.deleted = wire::unite(settlement.deleted, gone);
  const bool drop = server_.profile().given == fake::GivenRule::drop;
  if (drop || !has(flags::kNoDeletions)) {
    for (const auto& [replguid, set] : gone.sets()) {
      for (const wire::Interval& interval : set.intervals())
        dropped_.add_range(replguid, interval.first, interval.last);
    }
  }
  settlement.no_longer_in_scope = out_of_scope_.build();
  settlement.read = read_.build();
  settlement.unread = unread_.build();
  return settlement;
}

SyncSets ContentsScope::state_so_far() const {
  SyncSets state = before_;
  state.given = wire::unite(state.given, sent_mids_.build());
  state.seen = wire::unite(state.seen, sent_numbers_.build());
  state.seen_fai = wire::unite(state.seen_fai, sent_fai_numbers_.build());
  state.read = wire::unite(state.read, sent_reads_.build());
  return state;
}

Result<SyncSets> ContentsScope::final_state() {
  const bool gromox = server_.mode == Mode::gromox;
  SyncSets state = state_so_far();
  if (server_.profile().given == fake::GivenRule::exact) state.given = wire::unite(state.given, hidden_.build());
  state.given = wire::subtract(state.given, dropped_.build());
  SetBuilder all, all_fai, all_read;
  // One server's ranges end with the highest number of what matched; sets of what was not asked for are empty there.
  if (has(flags::kNormal)) all.add_range(replica_, 1, gromox ? highest_ : last_at_start_);
  if (has(flags::kFai)) all_fai.add_range(replica_, 1, gromox ? highest_fai_ : last_at_start_);
  if (has(flags::kReadState)) all_read.add_range(replica_, 1, last_at_settling_);
  if (gromox && !has(flags::kFai)) state.seen_fai = {};
  if (gromox && !has(flags::kNormal)) state.seen = {};
  state.seen = wire::unite(state.seen, all.build());
  state.seen_fai = wire::unite(state.seen_fai, all_fai.build());
  state.read = wire::unite(state.read, all_read.build());
  if (server_.script.cover_bad) return state;
  const wire::Cnset bad = bad_numbers_.build();
  state.seen = wire::subtract(state.seen, bad);
  state.seen_fai = wire::subtract(state.seen_fai, bad);
  return state;
}

}  // namespace mapisync::emulator
