// What an export of a folder has to say: the ICS rules over a state and the folder as it is. [mapi-ics 6.1]
// Knows nothing of buffers, importers or calls. One thread; borrows the server.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/change.h"
#include "engine/ports/exporter.h"
#include "providers/fake/fake_server.h"
#include "providers/fake/fake_state.h"

namespace mapisync::fake {

/// A message that is to be sent.
struct PlannedMessage {
  FakeMessageId id{FakeMessageId::none};
  std::uint64_t mid{0};
  std::uint64_t size{0};
  Timestamp delivered{};
};

/// Deletions and read states.
struct Settlement {
  std::vector<SourceKey> deleted, gone_from_scope;
  std::vector<ReadStateChange> read;
};

class ChangePlan {
 public:
  ChangePlan(FakeServer& server, FakeFolderId folder) : server_(&server), folder_(folder) {}

  /// Everything that `state` does not know. Order: as the folder's ids, to be sorted by the caller.
  Result<void> prepare(const FakeState& state, const ConfigOptions& options);
  const std::vector<PlannedMessage>& messages() const noexcept { return messages_; }

  /// A message went out in this version; or was skipped although it is there; or the server named it as bad.
  void sent(const MessageRecord& message);
  void left_out(const MessageRecord& message) { hidden_.insert(message.mid); }
  void named_bad(const MessageRecord& message) { bad_.push_back(message.change_number); }

  /// Deletions and read states as of now; once in a run.
  Result<Settlement> settle();
  /// The state that covers everything (`after_settling`), or just what was sent so far.
  FakeState final_state() const;
  const FakeState& state_so_far() const noexcept { return so_far_; }
  /// The state that covers the folder as it is, without a message being read.
  Result<FakeState> caught_up() const;

 private:
  bool in_scope(const FakeMailbox::Version& version) const {
    return version.in_scope && !excluded_.contains(version.mid);
  }
  bool has(std::uint32_t flag) const { return (flags_ & flag) != 0; }
  bool wanted(bool associated) const { return has(associated ? sync_flag::kAssociated : sync_flag::kNormal); }
  Result<void> settle_deletions(const std::vector<FakeMailbox::Version>& versions, Settlement& settlement);
  Result<void> settle_reads(const std::vector<FakeMailbox::Version>& versions, Settlement& settlement);

  FakeServer* server_;
  FakeFolderId folder_;
  std::uint32_t flags_{0};
  FakeState before_;                            // as configured
  FakeState so_far_;                            // and what was sent
  std::unordered_set<std::uint64_t> excluded_;  // mids
  std::vector<PlannedMessage> messages_;
  std::uint64_t last_at_start_{0}, last_at_settling_{0};
  std::unordered_map<std::uint64_t, std::uint64_t> sent_reads_;  // mid -> read change number it went out with
  std::unordered_set<std::uint64_t> hidden_;                     // mids
  std::vector<std::uint64_t> bad_;                               // change numbers
  std::vector<std::uint64_t> dropped_;                           // mids that leave Given
};

}  // namespace mapisync::fake
