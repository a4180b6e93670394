#include "providers/fake/fake_server.h"

#include <algorithm>
#include <limits>

namespace mapisync::fake {
namespace {

constexpr std::int32_t kFlagHasAttach = 0x10, kFlagAssociated = 0x40;

void set_property(PropertyList& list, PropertyTag tag, PropertyValue value) {
  for (Property& property : list) {
    if (property.tag == tag && !property.name) {
      property.value = std::move(value);
      return;
    }
  }
  list.push_back(Property{tag, std::nullopt, std::move(value)});
}

void add_if_absent(PropertyList& list, PropertyTag tag, PropertyValue value) {
  if (find_property(list, tag) == nullptr) list.push_back(Property{tag, std::nullopt, std::move(value)});
}

}  // namespace

FakeServer::FakeServer(FakeMailbox& mailbox, FaultPlan plan, ContentConverter* with, Log log)
    : converter(with), mailbox_(&mailbox), plan_(std::move(plan)), random_(plan_.seed), log_(std::move(log)) {
  index_plan();
}

void FakeServer::set_plan(FaultPlan plan) {
  plan_ = std::move(plan);
  random_ = Seeded(plan_.seed);
  scheduled.clear();
  index_plan();
}

const std::string& FakeServer::profile_digest() {
  if (profile_digest_.empty()) {
    FaultPlan profile;
    profile.server = plan_.server;
    profile_digest_ = short_digest(profile.to_string());
  }
  return profile_digest_;
}

void FakeServer::index_plan() {
  profile_digest_.clear();
  happened_.assign(plan_.events.size(), false);
  damages_.clear();
  row_faults_.clear();
  for (const PlannedDamage& damage : plan_.damages) damages_[damage.message] = damage.damage;
  for (const PlannedRowFault& row : plan_.row_faults) row_faults_[row.message] = row.fault;
}

void FakeServer::kill() {
  dead_ = true;
  ++counts.deaths;
  died_at_ = counts.calls;
  drop_sessions();
}

void FakeServer::restart() { dead_ = false; }

Result<void> FakeServer::happen(const WorldVerb& verb) {
  if (!verb.is_for_server()) return apply(*mailbox_, verb);
  if (verb.words[0] == "kill-server") kill();
  if (verb.words[0] == "restart-server") restart();
  if (verb.words[0] == "drop-sessions") drop_sessions();
  return success();
}

Result<void> FakeServer::turn_world(PortCall call, std::uint64_t index, std::uint64_t nth) {
  if (hook) hook(index, call);
  for (std::size_t i = 0; i < plan_.events.size(); ++i) {
    const PlannedEvent& event = plan_.events[i];
    const bool due = (event.call == PortCall::any && event.nth == index) || (event.call == call && event.nth == nth);
    if (!due || happened_[i]) continue;
    happened_[i] = true;
    Result<void> done = happen(event.verb);
    if (!done) {
      // A story that cannot be told is the author's mistake, not the server's: it must not pass unnoticed.
      return fail(Errc::invalid_argument, Scope::process, Retry::never,
                  "fault plan: \"" + event.verb.to_string() + "\": " + done.error().to_string());
    }
  }
  return success();
}

Result<void> FakeServer::enter(PortCall call, SessionState* session) {
  const std::uint64_t index = ++counts.calls;
  const std::uint64_t nth = ++calls_of_.at(static_cast<std::size_t>(call));
  MAPISYNC_TRYV(turn_world(call, index, nth));
  if (dead_ && profile().revives_after != 0 && index - died_at_ > profile().revives_after) restart();
  if (dead_) return server_failure(Errc::network, "the server does not answer");
  if (session != nullptr && (session->lost || session->epoch != epoch_)) {
    session->lost = true;
    return server_failure(Errc::session_lost, name_of(call));
  }
  if (const auto planned = scheduled.find(index); planned != scheduled.end()) {
    if (session != nullptr && planned->second.errc() == Errc::session_lost) session->lost = true;
    return planned->second;
  }
  for (const PlannedFailure& failure : plan_.failures) {
    const std::uint64_t at = failure.call == PortCall::any ? index : nth;
    if (failure.call != PortCall::any && failure.call != call) continue;
    if (at < failure.nth || at - failure.nth >= failure.times) continue;
    Failure told = server_failure(failure.code, std::string("planned, at ") + name_of(call));
    told.wait = failure.wait;
    if (session != nullptr && failure.code == Errc::session_lost) session->lost = true;
    return told;
  }
  return success();
}

std::optional<Damage> FakeServer::damage_of(const MessageRecord& message) const {
  if (const auto planned = damages_.find(message.name); !message.name.empty() && planned != damages_.end()) {
    if (planned->second.kind == DamageKind::none) return std::nullopt;
    return planned->second;
  }
  return message.damage;
}

std::optional<RowFault> FakeServer::row_fault_of(const MessageRecord& message) const {
  const auto planned = row_faults_.find(message.name);
  if (message.name.empty() || planned == row_faults_.end()) return std::nullopt;
  return planned->second;
}

Result<MessageContent> FakeServer::content_of(const MessageRecord& message) {
  MAPISYNC_TRY(content, mailbox_->content(message.id, converter, conversion));
  complete_content(content, message);
  return std::move(content);
}

void complete_content(MessageContent& content, const MessageRecord& message) {
  PropertyList& list = content.properties;
  std::int32_t flags = 0;
  if (const Property* old = find_property(list, pr::kMessageFlags)) {
    if (const auto* value = std::get_if<std::int32_t>(&old->value)) flags = *value;
  }
  flags &= ~(static_cast<std::int32_t>(kMessageFlagRead) | kFlagHasAttach | kFlagAssociated);
  if (message.read) flags |= static_cast<std::int32_t>(kMessageFlagRead);
  if (!content.attachments.empty()) flags |= kFlagHasAttach;
  if (message.associated) flags |= kFlagAssociated;
  set_property(list, pr::kMessageFlags, flags);
  set_property(list, pr::kSearchKey, Binary{message.search_key.bytes()});
  set_property(
      list, pr::kMessageSize,
      static_cast<std::int32_t>(std::min<std::uint64_t>(message.size, std::numeric_limits<std::int32_t>::max())));
  set_property(list, pr::kLastModificationTime, filetime_from_unix_micros(message.modified.time_since_epoch().count()));
  add_if_absent(list, pr::kDeliveryTime, filetime_from_unix_micros(message.delivered.time_since_epoch().count()));
  add_if_absent(list, pr::kMessageClass, Text{message.message_class});
  add_if_absent(list, pr::kSubject, Text{message.subject});
  add_if_absent(list, pr::kHasAttach, !content.attachments.empty());
}

}  // namespace mapisync::fake
