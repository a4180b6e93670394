#include "store/sqlite/row_io.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "store/sqlite/sqlite_failure.h"

namespace mapisync::sqlite {

namespace {

/// Calls visit(name, column) for each column that can be unreadable; the names are those of the table.
template <class Row, class Visit>
void for_each_column(Row& row, Visit visit) {
  visit("read", row.read);
  visit("size", row.size);
  visit("delivered_at", row.delivered);
  visit("modified_at", row.modified);
  visit("committed_at", row.committed);
  visit("sender", row.sender);
  visit("subject", row.subject);
  visit("message_class", row.message_class);
  visit("internet_message_id", row.internet_message_id);
  visit("search_key", row.search_key);
  visit("recipients", row.recipients);
  visit("sent_at", row.sent);
}

void read_value(const Statement& row, int index, Column<bool>& column) { column.value = row.boolean(index); }
void read_value(const Statement& row, int index, Column<std::uint64_t>& column) { column.value = row.size(index); }
void read_value(const Statement& row, int index, Column<Timestamp>& column) { column.value = row.time(index); }
void read_value(const Statement& row, int index, Column<std::string>& column) { column.value = row.string(index); }

void read_column_errors(const std::string& errors, TableRow& row) {
  for (std::size_t at = 0; at < errors.size();) {
    const std::size_t end = std::min(errors.find(' ', at), errors.size());
    const std::string_view entry(errors.data() + at, end - at);
    at = end + 1;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    int code = 0;
    std::from_chars(entry.data() + equals + 1, entry.data() + entry.size(), code);
    for_each_column(row, [&](std::string_view name, auto& column) {
      if (name == entry.substr(0, equals)) column.error = static_cast<Errc>(code);
    });
  }
}

}  // namespace

FolderRecord read_folder(const Statement& row) {
  FolderRecord record;
  record.id = row.as<FolderId>(0);
  record.info.key = row.key<FolderKey>(1);
  record.info.parent = row.key<FolderKey>(2);
  record.info.name = row.string(3);
  record.info.container_class = row.string(4);
  record.info.role = row.as<FolderRole>(5);
  record.info.kind = row.as<FolderKind>(6);
  record.info.change_key = row.key<ChangeKey>(7);
  record.info.is_root = row.boolean(8);
  record.deleted_at = row.optional_time(9);
  record.deletion_held = row.boolean(10);
  return record;
}

LedgerRow read_ledger_row(const Statement& row) {
  LedgerRow ledger;
  ledger.key = row.key<SourceKey>(0);
  ledger.change_key = row.key<ChangeKey>(1);
  ledger.search_key = row.key<SearchKey>(2);
  ledger.ref = row.key<MessageRef>(3);
  ledger.read = row.boolean(4);
  ledger.associated = row.boolean(5);
  ledger.size = row.size(6);
  ledger.completeness = row.as<Completeness>(7);
  ledger.coverage = row.as<Coverage>(8);
  ledger.held = row.boolean(9);
  ledger.run = row.as<RunId>(10);
  if (!row.is_null(11)) ledger.internet_message_id = row.string(11);
  ledger.delivered = row.optional_time(12);
  ledger.modified = row.optional_time(13);
  return ledger;
}

TableRow read_table_row(const Statement& row) {
  TableRow listed;
  listed.source_key = row.key<SourceKey>(0);
  listed.change_key = row.key<ChangeKey>(1);
  listed.ref = row.key<MessageRef>(2);
  listed.associated = row.boolean(3);
  int index = 4;
  for_each_column(listed, [&](const char*, auto& column) {
    if (!row.is_null(index)) read_value(row, index, column);
    ++index;
  });
  if (!row.is_null(index)) read_column_errors(row.string(index), listed);
  return listed;
}

UnsettledRow read_unsettled(const Statement& row) {
  UnsettledRow unsettled;
  unsettled.row = read_table_row(row);
  int index = kTableRowColumns;
  unsettled.cls = row.as<UnsettledClass>(index++);
  unsettled.rank = row.integer(index++);
  Evidence& evidence = unsettled.evidence;
  evidence.kind = row.as<TroubleKind>(index++);
  evidence.code = row.as<Errc>(index++);
  evidence.raw_code = static_cast<std::uint32_t>(row.integer(index++));
  evidence.stage = row.string(index++);
  evidence.detail = row.string(index++);
  evidence.strikes = static_cast<std::uint32_t>(row.integer(index++));
  evidence.strikes_needed = static_cast<std::uint32_t>(row.integer(index++));
  evidence.controls = static_cast<std::uint32_t>(row.integer(index++));
  evidence.calls = static_cast<std::uint32_t>(row.integer(index++));
  unsettled.first_seen = row.optional_time(index++);
  unsettled.last_seen = row.optional_time(index++);
  unsettled.next_retry = row.optional_time(index++);
  unsettled.attempts = static_cast<std::uint32_t>(row.integer(index++));
  unsettled.had_verdict = row.boolean(index++);
  unsettled.announced = row.boolean(index++);
  unsettled.run = row.as<RunId>(index++);
  return unsettled;
}

Finding read_finding(const Statement& row) {
  Finding finding;
  finding.folder = row.as<FolderId>(0);  // NULL reads as 0: the mailbox
  if (!row.is_null(1)) finding.key = row.key<SourceKey>(1);
  finding.kind = row.as<FindingKind>(2);
  finding.code = row.as<Errc>(3);
  finding.detail = row.string(4);
  finding.first_seen = row.time(5);
  finding.last_seen = row.time(6);
  finding.times = static_cast<std::uint32_t>(row.integer(7));
  finding.announced = row.boolean(8);
  finding.run = row.as<RunId>(9);
  return finding;
}

RunRecord read_run(const Statement& row) {
  RunRecord run;
  run.id = row.as<RunId>(0);
  run.started = row.time(1);
  run.finished = row.optional_time(2);
  if (!row.is_null(3)) run.grade = row.as<Grade>(3);
  run.delivered = row.size(4);
  run.deleted = row.size(5);
  run.read_changes = row.size(6);
  run.quarantined = row.size(7);
  run.released = row.size(8);
  run.calls = row.size(9);
  run.failing_calls = row.size(10);
  run.bytes = row.size(11);
  run.version = row.string(12);
  return run;
}

std::string column_errors_of(const TableRow& row) {
  std::string errors;
  for_each_column(row, [&](const char* name, const auto& column) {
    if (column.error == Errc::ok) return;
    if (!errors.empty()) errors.push_back(' ');
    errors.append(name).append("=").append(std::to_string(static_cast<int>(column.error)));
  });
  return errors;
}

Bytes join_keys(const std::vector<SourceKey>& keys) {
  Bytes joined;
  for (const SourceKey& key : keys) {
    const auto size = static_cast<std::uint32_t>(key.bytes().size());
    for (int shift = 0; shift < 32; shift += 8) joined.push_back(static_cast<char>(size >> shift));
    joined.append(key.bytes());
  }
  return joined;
}

Result<std::vector<SourceKey>> split_keys(BytesView bytes, const Database& database) {
  std::vector<SourceKey> keys;
  while (!bytes.empty()) {
    std::uint32_t size = 0;
    if (bytes.size() < sizeof size) return store_failure(Errc::store_corrupt, database.path(), "checkpoints.excluded");
    for (std::size_t i = 0; i < sizeof size; ++i) {
      size |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
    }
    bytes.remove_prefix(sizeof size);
    if (size > bytes.size()) return store_failure(Errc::store_corrupt, database.path(), "checkpoints.excluded");
    keys.emplace_back(Bytes(bytes.substr(0, size)));
    bytes.remove_prefix(size);
  }
  return keys;
}

std::int64_t limit_of(std::size_t limit) noexcept {
  return limit > static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max()) ? -1
                                                                                    : static_cast<std::int64_t>(limit);
}

}  // namespace mapisync::sqlite
