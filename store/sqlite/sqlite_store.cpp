// Reads. How a store is opened and closed is in sqlite_store_open.cpp.
#include "store/sqlite/sqlite_store.h"

#include <limits>
#include <utility>

#include "store/sqlite/row_io.h"
#include "store/sqlite/sqlite_listing.h"
#include "store/sqlite/sqlite_unit_of_work.h"

namespace mapisync {

using sqlite::blob;
using sqlite::Statement;

namespace {

/// Sums of sizes come in two halves, since SQLite fails when a sum overflows; saturates instead.
std::uint64_t sum_of(std::uint64_t upper, std::uint64_t lower) {
  upper += lower >> 32;
  if (upper > std::numeric_limits<std::uint32_t>::max()) return std::numeric_limits<std::uint64_t>::max();
  return (upper << 32) | (lower & std::numeric_limits<std::uint32_t>::max());
}

#define MAPISYNC_SUM_OF_SIZES(condition)                             \
  "coalesce(sum((size >> 32) & 4294967295) FILTER (WHERE " condition \
  "), 0), "                                                          \
  "coalesce(sum(size & 4294967295) FILTER (WHERE " condition "), 0)"

Event read_event(const Statement& row) {
  Event event;
  event.kind = row.as<EventKind>(0);
  event.folder = row.as<FolderId>(1);
  if (!row.is_null(2)) event.key = row.key<SourceKey>(2);
  event.detail = row.string(3);
  event.at = row.time(4);
  event.run = row.as<RunId>(5);
  return event;
}

template <class T>
std::optional<T> optional_integer(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<T>(row.integer(column));
}

FolderCounters read_counters(const Statement& row, int column) {
  FolderCounters counters;
  counters.commit_time_max = optional_integer<std::int64_t>(row, column);
  counters.deleted_total = optional_integer<std::int64_t>(row, column + 1);
  counters.normal = optional_integer<std::int64_t>(row, column + 2);
  counters.associated = optional_integer<std::int64_t>(row, column + 3);
  return counters;
}

}  // namespace

Result<std::unique_ptr<UnitOfWork>> SqliteStore::begin() { return SqliteUnitOfWork::begin(*this); }
Result<std::unique_ptr<Listing>> SqliteStore::new_listing() { return sqlite::make_listing(); }

Result<std::optional<MailboxRecord>> SqliteStore::mailbox() {
  MAPISYNC_TRY(row, database_->query("SELECT mailbox_guid, mapping_signature, display_name, hierarchy_state, "
                                     "hierarchy_state_origin, root_path, capabilities, server_version FROM mailbox"));
  MAPISYNC_TRY(found, row.step());
  if (!found) return std::optional<MailboxRecord>{};
  MailboxRecord record;
  record.identity = MailboxIdentity{row.bytes(0), row.bytes(1), row.string(2)};
  record.hierarchy_state = SyncState{row.bytes(3), row.as<StateOrigin>(4)};
  record.root_path = row.string(5);
  record.capabilities = row.bytes(6);
  record.server_version = row.string(7);
  return std::optional<MailboxRecord>(std::move(record));
}

Result<std::vector<FolderRecord>> SqliteStore::folders() {
  MAPISYNC_TRY(rows, database_->query("SELECT " MAPISYNC_FOLDER_COLUMNS " FROM folders ORDER BY id"));
  return sqlite::read_all(rows, &sqlite::read_folder);
}

Result<std::optional<Checkpoint>> SqliteStore::checkpoint(FolderId folder) {
  MAPISYNC_TRY(row,
               database_->query("SELECT state, state_origin, flags, excluded, commit_time_max, deleted_total, "
                                "normal_count, associated_count, pass_partial, sweep_due, table_mode, blocked_by, "
                                "runs_since_sweep, agreed_commit_time_max, agreed_deleted_total, "
                                "agreed_normal_count, agreed_assoc_count, agreed_normal, agreed_associated, "
                                "frontier, finished_run, adoption_due, passed_at FROM checkpoints WHERE folder_id = ?1",
                                folder));
  MAPISYNC_TRY(found, row.step());
  if (!found) return std::optional<Checkpoint>{};
  Checkpoint checkpoint;
  checkpoint.state = SyncState{row.bytes(0), row.as<StateOrigin>(1)};
  checkpoint.flags = static_cast<std::uint32_t>(row.integer(2));
  MAPISYNC_TRY(excluded, sqlite::split_keys(row.bytes(3), *database_));
  checkpoint.excluded = std::move(excluded);
  checkpoint.counters = read_counters(row, 4);
  checkpoint.pass_partial = row.boolean(8);
  checkpoint.sweep_due = row.boolean(9);
  checkpoint.table_mode = row.boolean(10);
  checkpoint.blocked_by = row.bytes(11);
  checkpoint.runs_since_sweep = static_cast<std::uint32_t>(row.integer(12));
  if (!row.is_null(17)) checkpoint.agreement = CountAgreement{read_counters(row, 13), row.size(17), row.size(18)};
  checkpoint.frontier = row.bytes(19);
  checkpoint.finished = RunId{row.integer(20)};
  checkpoint.adoption_due = row.boolean(21);
  checkpoint.passed_at = row.optional_time(22);
  return std::optional<Checkpoint>(std::move(checkpoint));
}

Result<std::optional<Asking>> SqliteStore::asking(FolderId folder) {
  MAPISYNC_TRY(row, database_->query("SELECT now, lost FROM asking WHERE folder_id = ?1", folder));
  MAPISYNC_TRY(found, row.step());
  if (!found) return std::optional<Asking>{};
  return std::optional<Asking>(Asking{row.bytes(0), row.bytes(1)});
}

Result<std::optional<LedgerRow>> SqliteStore::ledger_row(FolderId folder, const SourceKey& key) {
  MAPISYNC_TRY(
      row, database_->query("SELECT " MAPISYNC_LEDGER_COLUMNS " FROM ledger WHERE folder_id = ?1 AND source_key = ?2",
                            folder, blob(key)));
  MAPISYNC_TRY(found, row.step());
  if (!found) return std::optional<LedgerRow>{};
  return std::optional<LedgerRow>(sqlite::read_ledger_row(row));
}

Result<std::vector<LedgerRow>> SqliteStore::ledger_page(FolderId folder, const SourceKey& after, std::size_t limit) {
  MAPISYNC_TRY(
      rows, database_->query("SELECT " MAPISYNC_LEDGER_COLUMNS " FROM ledger WHERE folder_id = ?1 AND source_key > ?2 "
                             "ORDER BY source_key LIMIT ?3",
                             folder, blob(after), sqlite::limit_of(limit)));
  return sqlite::read_all(rows, &sqlite::read_ledger_row);
}

Result<std::vector<LedgerRow>> SqliteStore::ledger_page(FolderId folder, Coverage coverage, const SourceKey& after,
                                                        std::size_t limit) {
  // The literal condition belongs to the index of uncovered rows. Both it and the primary key give the order asked for;
  // without figures SQLite would take the latter and read the whole folder.
  const std::string_view sql =
      coverage == Coverage::covered
          ? std::string_view("SELECT " MAPISYNC_LEDGER_COLUMNS
                             " FROM ledger WHERE folder_id = ?1 AND coverage = ?2 AND source_key > ?3 "
                             "ORDER BY source_key LIMIT ?4")
          : std::string_view(
                "SELECT " MAPISYNC_LEDGER_COLUMNS
                " FROM ledger INDEXED BY ledger_uncovered WHERE folder_id = ?1 AND coverage = ?2 AND coverage <> 1 "
                "AND source_key > ?3 ORDER BY source_key LIMIT ?4");
  MAPISYNC_TRY(rows, database_->query(sql, folder, coverage, blob(after), sqlite::limit_of(limit)));
  return sqlite::read_all(rows, &sqlite::read_ledger_row);
}

Result<LedgerTotals> SqliteStore::ledger_totals(FolderId folder) {
  MAPISYNC_TRY(row, database_->query("SELECT normal, associated, held_normal, held_associated, unproven, disowned, "
                                     "bytes_upper, bytes_lower FROM ledger_totals WHERE folder_id = ?1",
                                     folder));
  MAPISYNC_TRY(found, row.step());
  if (!found) return LedgerTotals{};
  LedgerTotals totals;
  totals.normal = row.size(0);
  totals.associated = row.size(1);
  totals.held_normal = row.size(2);
  totals.held_associated = row.size(3);
  totals.unproven = row.size(4);
  totals.disowned = row.size(5);
  totals.bytes = sum_of(row.size(6), row.size(7));
  return totals;
}

Result<std::vector<LedgerRow>> SqliteStore::recent_ledger_rows(FolderId folder, std::size_t limit) {
  MAPISYNC_TRY(rows, database_->query("SELECT " MAPISYNC_LEDGER_COLUMNS
                                      " FROM ledger WHERE folder_id = ?1 AND completeness = 1 AND held = 0 "
                                      "ORDER BY delivery DESC LIMIT ?2",
                                      folder, sqlite::limit_of(limit)));
  return sqlite::read_all(rows, &sqlite::read_ledger_row);
}

Result<bool> SqliteStore::arrived_elsewhere(FolderId folder, const SearchKey& key, RunId since) {
  MAPISYNC_TRY(row, database_->query("SELECT 1 FROM ledger WHERE search_key = ?2 AND search_key <> x'' "
                                     "AND run_id >= ?3 AND folder_id <> ?1 LIMIT 1",
                                     folder, blob(key), since));
  return row.step();
}

Result<std::vector<LedgerRow>> SqliteStore::held_page(FolderId folder, const SourceKey& after, std::size_t limit) {
  MAPISYNC_TRY(rows, database_->query(
                         "SELECT " MAPISYNC_LEDGER_COLUMNS
                         " FROM ledger INDEXED BY ledger_held WHERE folder_id = ?1 AND held = 1 AND source_key > ?2 "
                         "ORDER BY source_key LIMIT ?3",
                         folder, blob(after), sqlite::limit_of(limit)));
  return sqlite::read_all(rows, &sqlite::read_ledger_row);
}

Result<std::optional<UnsettledRow>> SqliteStore::unsettled_row(FolderId folder, const SourceKey& key) {
  MAPISYNC_TRY(row, database_->query("SELECT " MAPISYNC_UNSETTLED_COLUMNS
                                     " FROM unsettled WHERE folder_id = ?1 AND source_key = ?2",
                                     folder, blob(key)));
  MAPISYNC_TRY(found, row.step());
  if (!found) return std::optional<UnsettledRow>{};
  return std::optional<UnsettledRow>(sqlite::read_unsettled(row));
}

Result<std::vector<UnsettledRow>> SqliteStore::unsettled_page(FolderId folder, std::optional<UnsettledClass> cls,
                                                              const SourceKey& after, std::size_t limit) {
  std::string_view sql = "SELECT " MAPISYNC_UNSETTLED_COLUMNS
                         " FROM unsettled WHERE folder_id = ?1 AND source_key > ?2 ORDER BY source_key LIMIT ?3";
  if (cls == UnsettledClass::pending) {
    sql = "SELECT " MAPISYNC_UNSETTLED_COLUMNS
          " FROM unsettled WHERE folder_id = ?1 AND source_key > ?2 AND class = ?4 ORDER BY source_key LIMIT ?3";
  } else if (cls) {  // the literal condition lets SQLite use the index of judged rows
    sql = "SELECT " MAPISYNC_UNSETTLED_COLUMNS
          " FROM unsettled WHERE folder_id = ?1 AND source_key > ?2 AND class = ?4 AND class <> 1 "
          "ORDER BY source_key LIMIT ?3";
  }
  MAPISYNC_TRY(rows, database_->prepare(sql));
  if (cls) {
    rows.bind(folder, blob(after), sqlite::limit_of(limit), *cls);
  } else {
    rows.bind(folder, blob(after), sqlite::limit_of(limit));
  }
  return sqlite::read_all(rows, &sqlite::read_unsettled);
}

Result<UnsettledTotals> SqliteStore::unsettled_totals(FolderId folder) {
  MAPISYNC_TRY(row,
               database_->query(
                   "SELECT count(*) FILTER (WHERE class = 1), count(*) FILTER (WHERE class = 2), "
                   "count(*) FILTER (WHERE class = 3), count(*) FILTER (WHERE class = 4), "
                   "count(*) FILTER (WHERE copy = 0 AND associated = 0), "
                   "count(*) FILTER (WHERE copy = 0 AND associated = 1), count(*) FILTER (WHERE copy = 1), "
                   "count(*) FILTER (WHERE class <> 1 AND announced = 0), " MAPISYNC_SUM_OF_SIZES(
                       "class = 1") " FROM (SELECT class, associated, announced, size, EXISTS (SELECT 1 FROM ledger l "
                                    "WHERE l.folder_id = u.folder_id AND l.source_key = u.source_key) AS copy "
                                    "FROM unsettled u WHERE folder_id = ?1)",
                   folder));
  MAPISYNC_TRYV(row.step());
  UnsettledTotals totals;
  totals.pending = row.size(0);
  totals.quarantined = row.size(1);
  totals.suspected = row.size(2);
  totals.refused = row.size(3);
  totals.normal_without_copy = row.size(4);
  totals.associated_without_copy = row.size(5);
  totals.stale = row.size(6);
  totals.unannounced = row.size(7);
  totals.pending_bytes = sum_of(row.size(8), row.size(9));
  return totals;
}

Result<std::vector<PendingId>> SqliteStore::pending_ids(FolderId folder) {
  MAPISYNC_TRY(rows, database_->query("SELECT id FROM unsettled WHERE folder_id = ?1 AND class = 1 "
                                      "ORDER BY had_verdict DESC, rank DESC, id",
                                      folder));
  std::vector<PendingId> ids;
  for (;;) {
    MAPISYNC_TRY(more, rows.step());
    if (!more) return ids;
    ids.push_back(rows.as<PendingId>(0));
  }
}

Result<std::vector<UnsettledRow>> SqliteStore::pending_rows(FolderId folder, std::span<const PendingId> ids) {
  MAPISYNC_TRY(row, database_->prepare("SELECT " MAPISYNC_UNSETTLED_COLUMNS
                                       " FROM unsettled WHERE id = ?1 AND folder_id = ?2 AND class = 1"));
  std::vector<UnsettledRow> rows;
  for (const PendingId id : ids) {
    row.reset();
    row.bind(id, folder);
    MAPISYNC_TRY(found, row.step());
    if (found) rows.push_back(sqlite::read_unsettled(row));
  }
  return rows;
}

Result<std::vector<Finding>> SqliteStore::findings(std::optional<FolderId> folder) {
  MAPISYNC_TRY(rows, database_->query("SELECT folder_id, source_key, kind, code, detail, first_seen, last_seen, times, "
                                      "announced, run_id FROM findings WHERE ?1 IS NULL OR ifnull(folder_id, 0) = ?1 "
                                      "ORDER BY ifnull(folder_id, 0), source_key IS NOT NULL, source_key, kind",
                                      folder));
  return sqlite::read_all(rows, &sqlite::read_finding);
}

Result<std::vector<Event>> SqliteStore::events(RunId run) {
  MAPISYNC_TRY(rows, database_->query("SELECT kind, folder_id, source_key, detail, at, run_id FROM events "
                                      "WHERE run_id = ?1 ORDER BY id",
                                      run));
  return sqlite::read_all(rows, &read_event);
}

Result<std::vector<RunRecord>> SqliteStore::runs(std::size_t newest) {
  MAPISYNC_TRY(rows, database_->query("SELECT id, started, finished, grade, delivered, deleted, read_changes, "
                                      "quarantined, released, calls, failing_calls, bytes, version FROM runs "
                                      "ORDER BY id DESC LIMIT ?1",
                                      sqlite::limit_of(newest)));
  return sqlite::read_all(rows, &sqlite::read_run);
}

}  // namespace mapisync
