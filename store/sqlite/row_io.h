// Model values as rows: the column lists, and how to read a row that was selected by them. One caller at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/model/checkpoint.h"
#include "engine/model/finding.h"
#include "engine/model/ledger.h"
#include "engine/model/records.h"
#include "engine/model/unsettled.h"
#include "store/sqlite/database.h"

namespace mapisync::sqlite {

// Column lists in the order the readers below expect; macros, so that statements stay literals.
#define MAPISYNC_FOLDER_COLUMNS \
  "id, folder_key, parent_key, name, container_class, role, kind, change_key, is_root, deleted_at, deletion_held"
#define MAPISYNC_LEDGER_COLUMNS                                                                                     \
  "source_key, change_key, search_key, message_ref, read, associated, size, completeness, coverage, held, run_id, " \
  "internet_message_id, delivered_at, modified_at"
#define MAPISYNC_TABLE_ROW_COLUMNS                                                                                 \
  "source_key, change_key, message_ref, associated, read, size, delivered_at, modified_at, committed_at, sender, " \
  "subject, message_class, internet_message_id, search_key, recipients, sent_at, column_errors"
#define MAPISYNC_UNSETTLED_COLUMNS                                                                             \
  MAPISYNC_TABLE_ROW_COLUMNS                                                                                   \
  ", class, rank, kind, code, raw_code, stage, detail, strikes, strikes_needed, controls, calls, first_seen, " \
  "last_seen, next_retry, attempts, had_verdict, announced, run_id"

/// How many MAPISYNC_TABLE_ROW_COLUMNS names: the index of what is selected behind them.
inline constexpr int kTableRowColumns = 17;

FolderRecord read_folder(const Statement& row);
LedgerRow read_ledger_row(const Statement& row);
TableRow read_table_row(const Statement& row);
UnsettledRow read_unsettled(const Statement& row);
Finding read_finding(const Statement& row);
RunRecord read_run(const Statement& row);

/// Which columns of a listed row could not be read, as "subject=1 size=8" (name of the column = number of the Errc).
/// Empty: all could.
std::string column_errors_of(const TableRow& row);

/// The keys of a restriction as bytes: each preceded by its length, four bytes, little-endian.
Bytes join_keys(const std::vector<SourceKey>& keys);
/// The inverse; Errc::store_corrupt for anything join_keys did not make.
Result<std::vector<SourceKey>> split_keys(BytesView bytes, const Database& database);

/// A limit as SQLite takes it: signed, negative for "all".
std::int64_t limit_of(std::size_t limit) noexcept;

/// All rows of a statement.
template <class Row>
Result<std::vector<Row>> read_all(Statement& statement, Row (*read)(const Statement&)) {
  std::vector<Row> rows;
  for (;;) {
    MAPISYNC_TRY(more, statement.step());
    if (!more) return rows;
    rows.push_back(read(statement));
  }
}

}  // namespace mapisync::sqlite
