// One atomic commit of a folder. Every move of a key between classes (ledger, pending, quarantined, suspected, refused,
// gone) goes through here, so that a key is in one class only and the totals move with it (design 4.1, 4.2). Store and
// sink commit together, or the sink is durable first. Destroyed without commit() = nothing happened.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/message.h"
#include "engine/staging/change_collector.h"
#include "engine/sync_run.h"

namespace mapisync {

/// How a message came to us: it decides whether a deletion at the source would be reported.
enum class Route : std::uint8_t { pass, covered_pass, selective };

/// What became of a delivered message.
enum class Delivery : std::uint8_t { stored, equal, rejected, later };

class FolderCommit {
 public:
  static Result<std::unique_ptr<FolderCommit>> begin(FolderWork& work);

  Result<Standing> standing(const SourceKey& key);

  /// A message that arrived whole. Leaves every other class.
  Result<Delivery> deliver(const DeliveredMessage& message, Route route);
  /// It is pending for now: the sink wants it later, or has not been asked yet.
  Result<void> defer(const Standing& before, const DeliveredMessage& message);
  /// A new candidate, or a candidate at a new version.
  /// `lifted`: it was condemned at another version, and is tried alone first.
  Result<void> make_pending(const Standing& before, TableRow row, std::int64_t rank, bool lifted);
  /// As make_pending, and known to have been left out by a success that should have brought it.
  Result<void> make_missing(const Standing& before, TableRow row, std::int64_t rank, const std::string& detail);
  /// A verdict, a suspicion, or strikes on the way to one. `row` replaces the unsettled row of its key.
  Result<void> put_unsettled(const Standing& before, UnsettledRow row);
  /// The ledger's version turned out to be the current one.
  Result<void> back_in_step(const Standing& before);
  /// Verified: gone at the source. Marks the copy deleted and leaves every class.
  Result<void> remove(const SourceKey& key, DeletionKind kind, EventKind event, std::string detail = {});
  /// Gone at the source, and too many went with it: the copy stays until someone approves.
  Result<void> hold(const SourceKey& key);
  Result<void> release_hold(const Standing& before);
  /// In this instance of the mailbox it is what the table lists as `row`: copy, record and findings go on under its
  /// key. Whether the version we know is certain to be this one; if not, what we know is of no known version, so that a
  /// candidate comes of it. `only`: no other message might be meant.
  Result<bool> adopt(const SourceKey& from, const TableRow& row, bool only);
  /// Its key is another message's now.
  Result<void> set_aside(const SourceKey& from, const SourceKey& to);
  Result<void> set_read(const SourceKey& key, bool read);
  Result<void> set_coverage(const SourceKey& key, Coverage coverage);
  Result<void> move_coverage(Coverage from, Coverage to);
  Result<void> put_checkpoint(const Checkpoint& checkpoint);
  Result<void> finding(FindingKind kind, std::optional<SourceKey> key, Errc code, std::string detail);
  Result<void> no_finding(FindingKind kind, const std::optional<SourceKey>& key);
  Result<void> event(EventKind kind, std::optional<SourceKey> key, std::string detail);

  std::size_t writes() const noexcept { return writes_; }
  SinkCoupling coupling() const noexcept { return coupling_; }
  /// Messages that a pass delivered although an earlier run had this version already.
  std::uint64_t repeated() const noexcept { return repeated_; }
  /// Afterwards the tally, the report and work.checkpoint (if one was put) are those of the commit.
  Result<void> commit();

 private:
  FolderCommit(FolderWork& work, std::unique_ptr<UnitOfWork> unit, SinkCoupling coupling);
  void move(const Standing& before, const Standing& after);
  Result<void> refuse(const Standing& before, const DeliveredMessage& message, const std::string& reason);
  Result<Delivery> keep_equal(const Standing& before, const DeliveredMessage& message, Coverage coverage);
  Result<void> forget_former(const Standing& before, const SourceKey& key);
  Result<bool> adopt_copy(const LedgerRow& before, const TableRow& row, bool only);
  Result<bool> adopt_trouble(const UnsettledRow& before, const TableRow& row, bool only);
  Result<void> note_owned(const Standing& before, Route route);
  Result<void> note_release(const Standing& before, const DeliveredMessage& message);
  Result<void> note_values(const DeliveredMessage& message);
  Result<void> mend(const UnsettledRow& row);

  FolderWork& work_;
  Store& store_;
  ChangeSink& sink_;
  std::unique_ptr<UnitOfWork> unit_;
  SinkCoupling coupling_;
  SinkContext context_;
  FolderTally tally_;
  FolderReport counts_;  // increments only; added to the report by commit()
  std::uint64_t delivered_{0};
  std::optional<Checkpoint> checkpoint_;
  std::size_t writes_{0};
  std::uint64_t repeated_{0};
};

/// Findings of these kinds about the folder itself are over; commits only if there are any.
Result<void> clear_findings(FolderWork& work, std::initializer_list<FindingKind> kinds);

}  // namespace mapisync
