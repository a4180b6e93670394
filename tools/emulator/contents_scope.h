// What a contents synchronization has to say: the ICS rules over the sets of a state and the folder as it is.
// [MS-OXCFXICS 3.2.5.3] Knows nothing of streams. One thread at a time; borrows the server.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "providers/mapihttp/wire/restriction.h"
#include "tools/emulator/emulated_server.h"
#include "tools/emulator/sync_sets.h"

namespace mapisync::emulator {

struct ChosenMessage {
  fake::FakeMessageId id{fake::FakeMessageId::none};
  std::uint64_t mid{0};
  std::uint64_t size{0};
  Timestamp delivered{};
  bool associated{false};
};

class ContentsScope {
 public:
  ContentsScope(EmulatedServer& server, fake::FakeFolderId folder, std::uint16_t flags,
                std::optional<wire::Restriction> restriction)
      : server_(server), folder_(folder), flags_(flags), restriction_(std::move(restriction)) {}

  /// What the state does not know, as the folder's ids ascend.
  Result<std::vector<ChosenMessage>> choose(const SyncSets& before);

  /// It went out in this version; or was skipped although it is there; or was named as bad.
  Result<void> sent(const fake::MessageRecord& message);
  Result<void> left_out(const fake::MessageRecord& message);
  Result<void> named_bad(const fake::MessageRecord& message);

  struct Settlement {
    wire::ReplguidIdset deleted, no_longer_in_scope, read, unread;
  };
  /// Deletions and read states as of now; once in a run.
  Result<Settlement> settle();
  /// After settling: covers everything.
  Result<SyncSets> final_state();
  /// Covers what was sent so far.
  SyncSets state_so_far() const;
  const SyncSets& initial_state() const noexcept { return before_; }

 private:
  struct Ids {
    wire::GlobalId mid, change_number, read_number;
  };
  Result<Ids> ids_of(const fake::FakeMailbox::Version& version);
  Result<bool> in_scope(const fake::FakeMailbox::Version& version);
  bool has(std::uint16_t flag) const { return (flags_ & flag) != 0; }
  bool wanted(bool associated) const;
  /// before_ as this server takes it: what is older than its memory is refused, or forgotten.
  Result<void> recall(const std::vector<fake::FakeMailbox::Version>& versions);
  Result<bool> is_hidden(const fake::FakeMailbox::Version& version, bool* claimed_deleted);
  Result<void> settle_one(const fake::FakeMailbox::Version& version, const wire::ReplguidIdset& given);
  void settle_read(const fake::FakeMailbox::Version& version, const Ids& ids, const wire::ReplguidIdset& given);

  EmulatedServer& server_;
  fake::FakeFolderId folder_;
  std::uint16_t flags_;
  std::optional<wire::Restriction> restriction_;
  bool one_replica_{true};
  Guid replica_{};
  SyncSets before_;
  std::uint64_t last_at_start_{0}, last_at_settling_{0}, highest_{0}, highest_fai_{0};
  SetBuilder sent_mids_, sent_numbers_, sent_fai_numbers_, sent_reads_;
  std::unordered_map<std::uint64_t, std::uint64_t> sent_read_of_;  // mid -> the read change number it went out with
  SetBuilder hidden_, bad_numbers_, present_, deleted_, out_of_scope_, dropped_, read_, unread_;
};

}  // namespace mapisync::emulator
