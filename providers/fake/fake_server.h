// What all objects of one fake server share: the mailbox, the plan, what happened so far, who is logged on.
// One thread.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "providers/fake/fake_mailbox.h"
#include "providers/fake/fake_provider.h"
#include "providers/fake/fault_plan.h"
#include "providers/fake/seeded.h"

namespace mapisync::fake {

/// One session and what it holds open. Lost once, lost for ever.
struct SessionState {
  std::uint64_t epoch{0};
  bool lost{false};
  bool may_write{false};
  std::uint32_t exporters{0}, folders{0}, tables{0};
};

/// Counts a thing as long as it lives.
class Token {
 public:
  Token(std::shared_ptr<void> keep, std::uint32_t& count) : keep_(std::move(keep)), count_(&count) { ++count; }
  ~Token() { --*count_; }
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;

 private:
  std::shared_ptr<void> keep_;  // owner of the count
  std::uint32_t* count_;
};

class FakeServer : public std::enable_shared_from_this<FakeServer> {
 public:
  FakeServer(FakeMailbox& mailbox, FaultPlan plan, ContentConverter* converter, Log log);

  /// The beginning of every call of a port: counts it, lets the world turn, and says whether it fails. `session` is
  /// null before there is one.
  Result<void> enter(PortCall call, SessionState* session);

  FakeMailbox& mailbox() { return *mailbox_; }
  void set_mailbox(FakeMailbox& mailbox) { mailbox_ = &mailbox; }
  const FaultPlan& plan() const { return plan_; }
  const ServerProfile& profile() const { return plan_.server; }
  void set_plan(FaultPlan plan);
  /// Differs where the profile differs.
  const std::string& profile_digest();
  Seeded& random() { return random_; }
  const Log& log() const { return log_; }

  ContentConverter* converter{nullptr};
  ConversionContext conversion;
  bool writes_allowed{false};
  std::function<void(std::uint64_t, PortCall)> hook;
  std::function<void()> on_client_death = [] { std::abort(); };
  std::function<void()> on_message_read;       // may be empty
  std::map<std::uint64_t, Failure> scheduled;  // by number of the call
  ServerCounts counts;
  std::uint32_t logons{0};
  std::uint64_t configurations{0};  // seeds the next shuffle

  void kill();
  void restart();
  void drop_sessions() { ++epoch_; }
  std::uint64_t epoch() const { return epoch_; }

  /// What is wrong with it, by plan or by nature; nullopt = nothing.
  std::optional<Damage> damage_of(const MessageRecord& message) const;
  /// False: it is certainly sound, and need not be looked at.
  bool may_be_damaged(const FakeMailbox::Version& version) const { return version.damaged || !damages_.empty(); }
  std::optional<RowFault> row_fault_of(const MessageRecord& message) const;
  /// Content as a whole and undamaged export delivers it.
  Result<MessageContent> content_of(const MessageRecord& message);

 private:
  void index_plan();
  Result<void> turn_world(PortCall call, std::uint64_t index, std::uint64_t nth);
  Result<void> happen(const WorldVerb& verb);

  FakeMailbox* mailbox_;
  FaultPlan plan_;
  Seeded random_;
  Log log_;
  std::array<std::uint64_t, 64> calls_of_{};
  std::string profile_digest_;  // empty = to be computed
  std::vector<bool> happened_;  // by index of plan_.events
  std::unordered_map<std::string, Damage> damages_;
  std::unordered_map<std::string, RowFault> row_faults_;
  std::uint64_t epoch_{0};
  bool dead_{false};
  std::uint64_t died_at_{0};
};

/// What the exporter adds to the stored content because the mailbox knows it better: read flag, keys, sizes, times.
void complete_content(MessageContent& content, const MessageRecord& message);

}  // namespace mapisync::fake
