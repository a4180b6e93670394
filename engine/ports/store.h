// The local store: checkpoint, ledger, unsettled messages, findings, runs, events of one mailbox.
// One writer per store (an OS lock held while the Store lives); one caller at a time. Reads see the last commit, or,
// while a unit of work is open, what it has written so far.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/asking.h"
#include "engine/model/checkpoint.h"
#include "engine/model/finding.h"
#include "engine/model/ids.h"
#include "engine/model/ledger.h"
#include "engine/model/records.h"
#include "engine/model/table_row.h"
#include "engine/model/unsettled.h"

namespace mapisync {

/// How many rows the engine asks a store for at once; whatever the size of a folder, no more of it is in memory.
inline constexpr std::size_t kRowsPerPage = 500;

/// One atomic set of writes. Destroyed without commit() = rolled back. At most one at a time per store.
/// After a failed call: destroy it; nothing of it has happened.
class UnitOfWork {
 public:
  virtual ~UnitOfWork() = default;

  virtual Result<void> put_mailbox(const MailboxRecord& record) = 0;
  /// id none: a new folder, or the row with the same folder key (also a deleted one, which comes back to life).
  virtual Result<FolderId> put_folder(const FolderRecord& record) = 0;
  /// Drops checkpoint, asking, ledger and unsettled rows of the folder. The folder record stays.
  virtual Result<void> forget_folder_rows(FolderId folder) = 0;
  virtual Result<void> put_checkpoint(FolderId folder, const Checkpoint& checkpoint) = 0;
  virtual Result<void> put_asking(FolderId folder, const Asking& asking) = 0;  // insert or replace
  virtual Result<void> erase_asking(FolderId folder) = 0;                      // absent: no-op

  virtual Result<void> put_ledger(FolderId folder, const LedgerRow& row) = 0;    // insert or replace
  virtual Result<void> erase_ledger(FolderId folder, const SourceKey& key) = 0;  // absent: no-op
  virtual Result<void> set_ledger_read(FolderId folder, const SourceKey& key, bool read) = 0;
  virtual Result<void> set_ledger_coverage(FolderId folder, const SourceKey& key, Coverage coverage) = 0;
  virtual Result<void> set_ledger_held(FolderId folder, const SourceKey& key, bool held) = 0;
  /// Every row of the folder with coverage `from` gets `to`. Rows changed.
  virtual Result<std::uint64_t> move_ledger_coverage(FolderId folder, Coverage from, Coverage to) = 0;

  virtual Result<void> put_unsettled(FolderId folder, const UnsettledRow& row) = 0;  // insert or replace by key
  virtual Result<void> erase_unsettled(FolderId folder, const SourceKey& key) = 0;   // absent: no-op
  /// The message has another key from now on: its ledger row, its unsettled row and its findings move along and stay
  /// what they are. Nothing is there under `from`: no-op. Refused if `to` is another message's.
  virtual Result<void> rename_message(FolderId folder, const SourceKey& from, const SourceKey& to) = 0;

  /// The same (folder, key, kind) again: last_seen, run, code and detail are renewed, times counted up, first_seen and
  /// announced kept. True: it is new.
  virtual Result<bool> put_finding(const Finding& finding) = 0;
  /// What is no longer so. key absent: the folder's own finding of that kind.
  virtual Result<void> erase_finding(FolderId folder, const std::optional<SourceKey>& key, FindingKind kind) = 0;
  virtual Result<void> add_event(const Event& event) = 0;
  virtual Result<RunId> put_run(const RunRecord& record) = 0;  // id none: a new run
  /// All unsettled rows and findings count as reported from now on.
  virtual Result<void> announce_all() = 0;

  /// Durable when it returns success.
  virtual Result<void> commit() = 0;
};

/// Distinct rows of one table read, out of memory where there are many. Belongs to the run, not to the checkpoint: gone
/// with the object. Not part of any unit of work.
class Listing {
 public:
  virtual ~Listing() = default;
  /// A key that is there already: the later row replaces the earlier one; rank stays that of the first.
  virtual Result<void> add(std::span<const TableRow> rows) = 0;
  virtual Result<bool> contains(const SourceKey& key) = 0;
  virtual Result<std::uint64_t> distinct(bool associated) = 0;
  struct Entry {
    TableRow row;
    std::int64_t rank{0};  // higher = listed earlier
  };
  /// Ascending by source key, the first `limit` after `after` (empty: from the start).
  virtual Result<std::vector<Entry>> page(const SourceKey& after, std::size_t limit) = 0;

  // For those who look for a message by what it is. A row that was taken keeps its mark until the listing goes.
  virtual Result<std::optional<TableRow>> find(const SourceKey& key) = 0;
  virtual Result<void> take(const SourceKey& key) = 0;  // absent: no-op
  struct Candidate {
    TableRow row;
    bool taken{false};
  };
  /// Rows that are alike in this, those not taken first, then ascending by source key; the first `limit`.
  virtual Result<std::vector<Candidate>> with_search_key(const Bytes& search_key, std::size_t limit) = 0;
  virtual Result<std::vector<Candidate>> with_message_id(const std::string& message_id, std::size_t limit) = 0;
};

class Store {
 public:
  virtual ~Store() = default;

  virtual Result<std::unique_ptr<UnitOfWork>> begin() = 0;
  virtual Result<std::unique_ptr<Listing>> new_listing() = 0;

  virtual Result<std::optional<MailboxRecord>> mailbox() = 0;
  virtual Result<std::vector<FolderRecord>> folders() = 0;  // deleted ones included; by id
  virtual Result<std::optional<Checkpoint>> checkpoint(FolderId folder) = 0;
  virtual Result<std::optional<Asking>> asking(FolderId folder) = 0;

  virtual Result<std::optional<LedgerRow>> ledger_row(FolderId folder, const SourceKey& key) = 0;
  /// Ascending by key, the first `limit` after `after`.
  virtual Result<std::vector<LedgerRow>> ledger_page(FolderId folder, const SourceKey& after, std::size_t limit) = 0;
  /// The same, rows of one coverage only.
  virtual Result<std::vector<LedgerRow>> ledger_page(FolderId folder, Coverage coverage, const SourceKey& after,
                                                     std::size_t limit) = 0;
  virtual Result<LedgerTotals> ledger_totals(FolderId folder) = 0;
  /// Rows that could serve as a control, whole copies not held, the most recently delivered first.
  virtual Result<std::vector<LedgerRow>> recent_ledger_rows(FolderId folder, std::size_t limit) = 0;
  /// Whether a row with this search key was delivered in run `since` or later in another folder than `folder`.
  virtual Result<bool> arrived_elsewhere(FolderId folder, const SearchKey& key, RunId since) = 0;
  virtual Result<std::vector<LedgerRow>> held_page(FolderId folder, const SourceKey& after, std::size_t limit) = 0;

  virtual Result<std::optional<UnsettledRow>> unsettled_row(FolderId folder, const SourceKey& key) = 0;
  virtual Result<std::vector<UnsettledRow>> unsettled_page(FolderId folder, std::optional<UnsettledClass> cls,
                                                           const SourceKey& after, std::size_t limit) = 0;
  virtual Result<UnsettledTotals> unsettled_totals(FolderId folder) = 0;
  /// All pending messages: those with an earlier verdict first, then by rank, highest first.
  virtual Result<std::vector<PendingId>> pending_ids(FolderId folder) = 0;
  /// Rows of these ids, in the order asked; ids that are no longer pending are left out.
  virtual Result<std::vector<UnsettledRow>> pending_rows(FolderId folder, std::span<const PendingId> ids) = 0;

  virtual Result<std::vector<Finding>> findings(std::optional<FolderId> folder) = 0;
  virtual Result<std::vector<Event>> events(RunId run) = 0;
  virtual Result<std::vector<RunRecord>> runs(std::size_t newest) = 0;  // newest first
};

}  // namespace mapisync
