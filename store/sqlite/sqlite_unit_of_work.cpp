#include "store/sqlite/sqlite_unit_of_work.h"

#include <utility>

#include "store/sqlite/row_io.h"
#include "store/sqlite/sqlite_failure.h"

namespace mapisync {

using sqlite::blob;
using sqlite::text;

namespace {

std::string number_of(FolderId folder) { return std::to_string(static_cast<std::int64_t>(folder)); }

std::optional<sqlite::TextArgument> optional_text(const Column<std::string>& column) {
  if (!column.value) return std::nullopt;
  return text(*column.value);
}

}  // namespace

SqliteUnitOfWork::SqliteUnitOfWork(SqliteStore& store, sqlite::Transaction transaction)
    : store_(store),
      database_(*store.database()),
      transaction_(std::move(transaction)),
      delivery_before_(store.last_delivery_) {
  store_.open_work_ = this;
}

SqliteUnitOfWork::~SqliteUnitOfWork() {
  if (!open_) return;
  store_.last_delivery_ = delivery_before_;
  store_.open_work_ = nullptr;
}

Result<std::unique_ptr<UnitOfWork>> SqliteUnitOfWork::begin(SqliteStore& store) {
  if (store.read_only()) {
    return sqlite::store_failure(Errc::store_read_only, store.path(), "opened for reading only");
  }
  if (store.open_work() != nullptr) {
    return sqlite::store_failure(Errc::internal, store.path(), "a unit of work is open already");
  }
  MAPISYNC_TRY(transaction, sqlite::Transaction::begin(*store.database(), sqlite::Transaction::Kind::write));
  return std::unique_ptr<UnitOfWork>(new SqliteUnitOfWork(store, std::move(transaction)));
}

Failure SqliteUnitOfWork::refuse(const std::string& why) const {
  return sqlite::store_failure(Errc::internal, store_.path(), why);
}

Result<void> SqliteUnitOfWork::check_usable() {
  if (!open_) return refuse("this unit of work has ended");
  if (failed_) return refuse("a call of this unit of work failed before");
  // Some errors make SQLite roll back by itself; what came next would be committed piecemeal.
  if (!database_.in_transaction()) return refuse("the transaction of this unit of work is gone");
  return success();
}

Result<void> SqliteUnitOfWork::require_folder(FolderId folder) {
  if (folder == known_folder_ && folder != FolderId::none) return success();
  MAPISYNC_TRY(row, database_.query("SELECT 1 FROM folders WHERE id = ?1", folder));
  MAPISYNC_TRY(found, row.step());
  if (!found) return refuse("no folder " + number_of(folder) + " (put_folder comes first)");
  known_folder_ = folder;
  return success();
}

template <class... Arguments>
Result<void> SqliteUnitOfWork::write(FolderId folder, const SourceKey* key, std::string_view sql,
                                     const Arguments&... arguments) {
  return guarded([&]() -> Result<void> {
    MAPISYNC_TRYV(require_folder(folder));
    if (key != nullptr && key->empty()) return refuse("an empty source key");
    return database_.run(sql, arguments...);
  });
}

Result<void> SqliteUnitOfWork::put_mailbox(const MailboxRecord& record) {
  return guarded([&] {
    return database_.run(
        "INSERT OR REPLACE INTO mailbox (id, mailbox_guid, mapping_signature, display_name, "
        "hierarchy_state, hierarchy_state_origin, root_path, capabilities, server_version) "
        "VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        blob(record.identity.mailbox_guid), blob(record.identity.mapping_signature), text(record.identity.display_name),
        blob(record.hierarchy_state.bytes), record.hierarchy_state.origin, text(record.root_path),
        blob(record.capabilities), text(record.server_version));
  });
}

Result<FolderId> SqliteUnitOfWork::put_folder(const FolderRecord& record) {
  return guarded([&] { return write_folder(record); });
}

Result<FolderId> SqliteUnitOfWork::find_or_make_folder(const FolderKey& key) {
  {
    MAPISYNC_TRY(row, database_.query("SELECT id FROM folders WHERE folder_key = ?1", blob(key)));
    MAPISYNC_TRY(found, row.step());
    if (found) return row.as<FolderId>(0);
  }
  MAPISYNC_TRYV(
      database_.run("INSERT INTO folders (folder_key, parent_key, name, container_class, role, kind, "
                    "change_key, is_root, deletion_held) VALUES (?1, x'', '', '', 0, 1, x'', 0, 0)",
                    blob(key)));
  return static_cast<FolderId>(database_.last_row_id());
}

Result<FolderId> SqliteUnitOfWork::write_folder(const FolderRecord& record) {
  const FolderInfo& info = record.info;
  if (info.key.empty()) return refuse("an empty folder key");
  FolderId id = record.id;
  if (id == FolderId::none) {
    MAPISYNC_TRY(found, find_or_make_folder(info.key));
    id = found;
  }
  MAPISYNC_TRYV(
      database_.run("UPDATE folders SET folder_key = ?2, parent_key = ?3, name = ?4, container_class = ?5, "
                    "role = ?6, kind = ?7, change_key = ?8, is_root = ?9, deleted_at = ?10, "
                    "deletion_held = ?11 WHERE id = ?1",
                    id, blob(info.key), blob(info.parent), text(info.name), text(info.container_class), info.role,
                    info.kind, blob(info.change_key), info.is_root, record.deleted_at, record.deletion_held));
  if (database_.changes() == 0) return refuse("no folder " + number_of(id));
  return id;
}

Result<void> SqliteUnitOfWork::forget_folder_rows(FolderId folder) {
  MAPISYNC_TRYV(write(folder, nullptr, "DELETE FROM checkpoints WHERE folder_id = ?1", folder));
  MAPISYNC_TRYV(erase_asking(folder));
  MAPISYNC_TRYV(write(folder, nullptr, "DELETE FROM ledger WHERE folder_id = ?1", folder));
  return write(folder, nullptr, "DELETE FROM unsettled WHERE folder_id = ?1", folder);
}

Result<void> SqliteUnitOfWork::put_checkpoint(FolderId folder, const Checkpoint& checkpoint) {
  const Bytes excluded = sqlite::join_keys(checkpoint.excluded);
  const CountAgreement agreed = checkpoint.agreement.value_or(CountAgreement{});
  const auto when_agreed = [&](std::uint64_t value) {
    return checkpoint.agreement ? std::optional<std::uint64_t>(value) : std::nullopt;
  };
  const FolderCounters& counters = checkpoint.counters;
  return write(
      folder, nullptr,
      "INSERT OR REPLACE INTO checkpoints (folder_id, state, state_origin, flags, excluded, commit_time_max, "
      "deleted_total, normal_count, associated_count, pass_partial, sweep_due, table_mode, blocked_by, "
      "runs_since_sweep, agreed_commit_time_max, agreed_deleted_total, agreed_normal_count, "
      "agreed_assoc_count, agreed_normal, agreed_associated, frontier, finished_run, adoption_due, passed_at) VALUES "
      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, "
      "?24)",
      folder, blob(checkpoint.state.bytes), checkpoint.state.origin, checkpoint.flags, blob(excluded),
      counters.commit_time_max, counters.deleted_total, counters.normal, counters.associated, checkpoint.pass_partial,
      checkpoint.sweep_due, checkpoint.table_mode, blob(checkpoint.blocked_by), checkpoint.runs_since_sweep,
      agreed.counters.commit_time_max, agreed.counters.deleted_total, agreed.counters.normal,
      agreed.counters.associated, when_agreed(agreed.normal), when_agreed(agreed.associated), blob(checkpoint.frontier),
      checkpoint.finished, checkpoint.adoption_due, checkpoint.passed_at);
}

Result<void> SqliteUnitOfWork::put_asking(FolderId folder, const Asking& asking) {
  return write(folder, nullptr, "INSERT OR REPLACE INTO asking (folder_id, now, lost) VALUES (?1, ?2, ?3)", folder,
               blob(asking.now), blob(asking.lost));
}

Result<void> SqliteUnitOfWork::erase_asking(FolderId folder) {
  return write(folder, nullptr, "DELETE FROM asking WHERE folder_id = ?1", folder);
}

Result<void> SqliteUnitOfWork::put_ledger(FolderId folder, const LedgerRow& row) {
  // A row keeps its place among the deliveries unless it is another delivery.
  return write(folder, &row.key,
               "INSERT INTO ledger (folder_id, " MAPISYNC_LEDGER_COLUMNS
               ", delivery) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) "
               "ON CONFLICT (folder_id, source_key) DO UPDATE SET "
               "delivery = CASE WHEN run_id = excluded.run_id AND change_key = excluded.change_key "
               "THEN delivery ELSE excluded.delivery END, "
               "change_key = excluded.change_key, search_key = excluded.search_key, "
               "message_ref = excluded.message_ref, read = excluded.read, associated = excluded.associated, "
               "size = excluded.size, completeness = excluded.completeness, coverage = excluded.coverage, "
               "held = excluded.held, run_id = excluded.run_id, "
               "internet_message_id = excluded.internet_message_id, delivered_at = excluded.delivered_at, "
               "modified_at = excluded.modified_at",
               folder, blob(row.key), blob(row.change_key), blob(row.search_key), blob(row.ref), row.read,
               row.associated, row.size, row.completeness, row.coverage, row.held, row.run,
               row.internet_message_id.empty() ? std::nullopt : std::optional(text(row.internet_message_id)),
               row.delivered, row.modified, ++store_.last_delivery_);
}

Result<void> SqliteUnitOfWork::erase_ledger(FolderId folder, const SourceKey& key) {
  return write(folder, &key, "DELETE FROM ledger WHERE folder_id = ?1 AND source_key = ?2", folder, blob(key));
}

Result<void> SqliteUnitOfWork::set_ledger_read(FolderId folder, const SourceKey& key, bool read) {
  return write(folder, &key, "UPDATE ledger SET read = ?3 WHERE folder_id = ?1 AND source_key = ?2", folder, blob(key),
               read);
}

Result<void> SqliteUnitOfWork::set_ledger_coverage(FolderId folder, const SourceKey& key, Coverage coverage) {
  return write(folder, &key, "UPDATE ledger SET coverage = ?3 WHERE folder_id = ?1 AND source_key = ?2", folder,
               blob(key), coverage);
}

Result<void> SqliteUnitOfWork::set_ledger_held(FolderId folder, const SourceKey& key, bool held) {
  return write(folder, &key, "UPDATE ledger SET held = ?3 WHERE folder_id = ?1 AND source_key = ?2", folder, blob(key),
               held);
}

Result<std::uint64_t> SqliteUnitOfWork::move_ledger_coverage(FolderId folder, Coverage from, Coverage to) {
  // The literal condition lets SQLite use the index of uncovered rows.
  const std::string_view sql =
      from == Coverage::covered
          ? std::string_view("UPDATE ledger SET coverage = ?3 WHERE folder_id = ?1 AND coverage = ?2")
          : std::string_view(
                "UPDATE ledger SET coverage = ?3 WHERE folder_id = ?1 AND coverage = ?2 AND coverage <> 1");
  MAPISYNC_TRYV(write(folder, nullptr, sql, folder, from, to));
  return database_.changes();
}

Result<void> SqliteUnitOfWork::put_unsettled(FolderId folder, const UnsettledRow& row) {
  const TableRow& listed = row.row;
  const Evidence& evidence = row.evidence;
  const std::string errors = sqlite::column_errors_of(listed);
  const auto shown_errors = errors.empty() ? std::nullopt : std::optional(text(errors));
  const auto search_key =
      listed.search_key.value ? std::optional(blob(BytesView(*listed.search_key.value))) : std::nullopt;
  return write(
      folder, &listed.source_key,
      "INSERT INTO unsettled (folder_id, " MAPISYNC_UNSETTLED_COLUMNS
      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
      "?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, "
      "?32, ?33, ?34, ?35, ?36) ON CONFLICT (folder_id, source_key) DO UPDATE SET change_key = excluded.change_key, "
      "message_ref = excluded.message_ref, associated = excluded.associated, read = excluded.read, "
      "size = excluded.size, delivered_at = excluded.delivered_at, modified_at = excluded.modified_at, "
      "committed_at = excluded.committed_at, sender = excluded.sender, subject = excluded.subject, "
      "message_class = excluded.message_class, internet_message_id = excluded.internet_message_id, "
      "search_key = excluded.search_key, recipients = excluded.recipients, sent_at = excluded.sent_at, "
      "column_errors = excluded.column_errors, class = excluded.class, "
      "rank = excluded.rank, kind = excluded.kind, code = excluded.code, raw_code = excluded.raw_code, "
      "stage = excluded.stage, detail = excluded.detail, strikes = excluded.strikes, "
      "strikes_needed = excluded.strikes_needed, controls = excluded.controls, calls = excluded.calls, "
      "first_seen = excluded.first_seen, last_seen = excluded.last_seen, next_retry = excluded.next_retry, "
      "attempts = excluded.attempts, had_verdict = excluded.had_verdict, announced = excluded.announced, "
      "run_id = excluded.run_id",
      folder, blob(listed.source_key), blob(listed.change_key), blob(listed.ref), listed.associated, listed.read.value,
      listed.size.value, listed.delivered.value, listed.modified.value, listed.committed.value,
      optional_text(listed.sender), optional_text(listed.subject), optional_text(listed.message_class),
      optional_text(listed.internet_message_id), search_key, optional_text(listed.recipients), listed.sent.value,
      shown_errors, row.cls, row.rank, evidence.kind, evidence.code, evidence.raw_code, text(evidence.stage),
      text(evidence.detail), evidence.strikes, evidence.strikes_needed, evidence.controls, evidence.calls,
      row.first_seen, row.last_seen, row.next_retry, row.attempts, row.had_verdict, row.announced, row.run);
}

Result<void> SqliteUnitOfWork::erase_unsettled(FolderId folder, const SourceKey& key) {
  return write(folder, &key, "DELETE FROM unsettled WHERE folder_id = ?1 AND source_key = ?2", folder, blob(key));
}

Result<void> SqliteUnitOfWork::rename_message(FolderId folder, const SourceKey& from, const SourceKey& to) {
  return guarded([&]() -> Result<void> {
    MAPISYNC_TRYV(require_folder(folder));
    if (from.empty() || to.empty()) return refuse("an empty source key");
    if (from == to) return success();
    {
      MAPISYNC_TRY(row, database_.query("SELECT 1 FROM ledger WHERE folder_id = ?1 AND source_key = ?2 UNION ALL "
                                        "SELECT 1 FROM unsettled WHERE folder_id = ?1 AND source_key = ?2",
                                        folder, blob(to)));
      MAPISYNC_TRY(there, row.step());
      if (there) return refuse("two messages with one key");
    }
    MAPISYNC_TRYV(database_.run("UPDATE ledger SET source_key = ?3 WHERE folder_id = ?1 AND source_key = ?2", folder,
                                blob(from), blob(to)));
    MAPISYNC_TRYV(database_.run("UPDATE unsettled SET source_key = ?3 WHERE folder_id = ?1 AND source_key = ?2", folder,
                                blob(from), blob(to)));
    // As the index findings_once has it.
    MAPISYNC_TRYV(
        database_.run("DELETE FROM findings WHERE ifnull(folder_id, 0) = ?1 AND ifnull(source_key, x'') = ?2 AND kind "
                      "IN (SELECT kind FROM findings WHERE ifnull(folder_id, 0) = ?1 AND ifnull(source_key, x'') = ?3)",
                      folder, blob(to), blob(from)));
    return database_.run(
        "UPDATE findings SET source_key = ?3 WHERE ifnull(folder_id, 0) = ?1 AND ifnull(source_key, x'') = ?2", folder,
        blob(from), blob(to));
  });
}

Result<bool> SqliteUnitOfWork::put_finding(const Finding& finding) {
  return guarded([&]() -> Result<bool> {
    if (finding.folder != FolderId::none) {
      MAPISYNC_TRYV(require_folder(finding.folder));
    }
    if (finding.key && finding.key->empty()) return refuse("an empty source key");
    const auto folder = finding.folder == FolderId::none ? std::nullopt : std::optional(finding.folder);
    const auto key = finding.key ? std::optional(blob(*finding.key)) : std::nullopt;
    MAPISYNC_TRY(
        put, database_.query("INSERT INTO findings (folder_id, source_key, kind, code, detail, first_seen, last_seen, "
                             "times, announced, run_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
                             "ON CONFLICT (ifnull(folder_id, 0), ifnull(source_key, x''), kind) DO UPDATE SET "
                             "code = excluded.code, detail = excluded.detail, last_seen = excluded.last_seen, "
                             "run_id = excluded.run_id, times = times + 1 RETURNING times = ?8",
                             folder, key, finding.kind, finding.code, text(finding.detail), finding.first_seen,
                             finding.last_seen, finding.times, finding.announced, finding.run));
    MAPISYNC_TRYV(put.step());
    return put.boolean(0);
  });
}

Result<void> SqliteUnitOfWork::erase_finding(FolderId folder, const std::optional<SourceKey>& key, FindingKind kind) {
  return guarded([&] {
    return database_.run(
        "DELETE FROM findings WHERE ifnull(folder_id, 0) = ?1 AND ifnull(source_key, x'') = ?2 "
        "AND kind = ?3",
        folder, key ? blob(*key) : blob(BytesView{}), kind);
  });
}

Result<void> SqliteUnitOfWork::add_event(const Event& event) {
  return guarded([&] {
    const auto folder = event.folder == FolderId::none ? std::nullopt : std::optional(event.folder);
    const auto key = event.key ? std::optional(blob(*event.key)) : std::nullopt;
    return database_.run(
        "INSERT INTO events (kind, folder_id, source_key, detail, at, run_id) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        event.kind, folder, key, text(event.detail), event.at, event.run);
  });
}

Result<RunId> SqliteUnitOfWork::put_run(const RunRecord& record) {
  return guarded([&]() -> Result<RunId> {
    if (record.id == RunId::none) {
      MAPISYNC_TRYV(database_.run(
          "INSERT INTO runs (started, finished, grade, delivered, deleted, read_changes, "
          "quarantined, released, calls, failing_calls, bytes, version) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
          record.started, record.finished, record.grade, record.delivered, record.deleted, record.read_changes,
          record.quarantined, record.released, record.calls, record.failing_calls, record.bytes, text(record.version)));
      return static_cast<RunId>(database_.last_row_id());
    }
    MAPISYNC_TRYV(database_.run(
        "UPDATE runs SET started = ?2, finished = ?3, grade = ?4, delivered = ?5, deleted = ?6, "
        "read_changes = ?7, quarantined = ?8, released = ?9, calls = ?10, failing_calls = ?11, "
        "bytes = ?12, version = ?13 WHERE id = ?1",
        record.id, record.started, record.finished, record.grade, record.delivered, record.deleted, record.read_changes,
        record.quarantined, record.released, record.calls, record.failing_calls, record.bytes, text(record.version)));
    if (database_.changes() == 0) return refuse("no run " + std::to_string(static_cast<std::int64_t>(record.id)));
    return record.id;
  });
}

Result<void> SqliteUnitOfWork::announce_all() {
  return guarded([&]() -> Result<void> {
    MAPISYNC_TRYV(database_.run("UPDATE unsettled SET announced = 1 WHERE announced = 0"));
    return database_.run("UPDATE findings SET announced = 1 WHERE announced = 0");
  });
}

Result<void> SqliteUnitOfWork::commit() {
  return guarded([&]() -> Result<void> {
    MAPISYNC_TRYV(transaction_.commit());
    open_ = false;
    store_.open_work_ = nullptr;
    return success();
  });
}

}  // namespace mapisync
