#include "engine/table_reader.h"

#include <utility>

namespace mapisync {

namespace {

struct OneTable {
  std::optional<Failure> failure;
  bool steady{false};
  std::uint64_t unidentified{0};
};

/// One walk over one table. Store failures are returned, the server's are put into the outcome.
Result<OneTable> walk(FolderWork& work, ContentsTable& table, bool associated, Listing& listing) {
  OneTable outcome;
  const auto server = [&](const Failure& failure) {
    outcome.failure = failure;
    return outcome;
  };
  auto before = table.row_count();
  if (!before) return server(before.error());
  std::uint64_t seen = 0;
  while (true) {
    auto rows = table.next(work.run.options.table_page_rows);
    if (!rows) return server(rows.error());
    if (rows.value().empty()) break;
    std::vector<TableRow> identified;
    identified.reserve(rows.value().size());
    for (TableRow& row : rows.value()) {
      row.associated = associated;
      if (row.source_key.empty()) {
        ++outcome.unidentified;
      } else {
        identified.push_back(std::move(row));
      }
    }
    work.report.costs.table_rows += rows.value().size();
    MAPISYNC_TRYV(listing.add(identified));
    seen += identified.size();
    const std::uint64_t limit = before.value() * 4 + 100'000;  // a table that never ends is no table
    if (seen > limit) {
      return server(
          fail(Errc::timeout, Scope::folder, Retry::later, "the contents table does not end; " + work.label()));
    }
    work.run.tell(Phase::table, before.value() > seen ? before.value() - seen : 0);
    if (work.run.stopped()) return server(fail(Errc::cancelled, Scope::process, Retry::later, "while reading a table"));
  }
  auto after = table.row_count();
  if (!after) return server(after.error());
  MAPISYNC_TRY(distinct, listing.distinct(associated));
  outcome.steady = before.value() == after.value() && distinct + outcome.unidentified == after.value();
  return outcome;
}

Result<OneTable> read_one(FolderWork& work, TableKind kind, Listing& listing) {
  OneTable outcome;
  auto folder = work.opener.open();
  if (!folder) {
    outcome.failure = folder.error();
    return outcome;
  }
  auto table = folder.value()->open_table(kind, TableOrder::newest_first);
  if (!table) {
    outcome.failure = table.error();
    return outcome;
  }
  const bool associated = kind == TableKind::associated;
  MAPISYNC_TRY(first, walk(work, *table.value(), associated, listing));
  if (first.failure || first.steady) return first;
  if (auto rewound = table.value()->rewind(); !rewound) {
    outcome.failure = rewound.error();
    return outcome;
  }
  return walk(work, *table.value(), associated, listing);
}

/// Without the table a whole run of isolation is lost: on a noisy server the session may have to be opened a few times.
Result<OneTable> read_with_retries(FolderWork& work, TableKind kind, Listing& listing) {
  for (std::uint32_t attempt = 1;; ++attempt) {
    MAPISYNC_TRY(outcome, read_one(work, kind, listing));
    if (!outcome.failure || work.run.stopped()) return outcome;
    const Failure& failure = *outcome.failure;
    if (!may_repeat(failure, attempt, work.run.options.reconnects_max)) return outcome;
    if (loses_session(failure)) work.opener.lose_session();
    if (failure.retry == Retry::later) {
      const Duration wait = backoff(work.run.options, attempt, failure.wait);
      work.report.costs.waited += wait;
      work.run.env.clock.wait(wait, work.run.stop);
    }
  }
}

/// False: a row does not tell its commit time. The server's failures are the result's, too.
Result<bool> read_head(FolderWork& work, TableKind kind, Timestamp since, TableRead& read) {
  const auto server = [&](const Failure& failure) {
    if (loses_session(failure)) work.opener.lose_session();
    read.failure = failure;
    return false;
  };
  auto folder = work.opener.open();
  if (!folder) return server(folder.error());
  auto table = folder.value()->open_table(kind, TableOrder::latest_commit_first);
  if (!table) return server(table.error());
  for (bool more = true; more;) {
    if (work.run.stopped()) return server(fail(Errc::cancelled, Scope::process, Retry::later, "while reading a table"));
    auto rows = table.value()->next(work.run.options.table_page_rows);
    if (!rows) return server(rows.error());
    work.report.costs.table_rows += rows.value().size();
    std::vector<TableRow> recent;
    for (TableRow& row : rows.value()) {
      if (!row.committed.value || row.source_key.empty()) return false;
      if (*row.committed.value < since) continue;
      row.associated = kind == TableKind::associated;
      recent.push_back(std::move(row));
    }
    more = !recent.empty() && recent.size() == rows.value().size();
    MAPISYNC_TRYV(read.listing->add(recent));
  }
  return true;
}

}  // namespace

Result<TableRead> read_table_heads(FolderWork& work, Timestamp since) {
  TableRead read;
  ++work.report.costs.table_reads;
  MAPISYNC_TRY(listing, work.run.env.store.new_listing());
  read.listing = std::move(listing);
  for (const TableKind kind : {TableKind::normal, TableKind::associated}) {
    MAPISYNC_TRY(told, read_head(work, kind, since, read));
    if (told) continue;
    read.listing.reset();
    return read;
  }
  return read;
}

Result<TableRead> read_tables(FolderWork& work) {
  TableRead read;
  ++work.report.costs.table_reads;
  MAPISYNC_TRY(listing, work.run.env.store.new_listing());
  read.listing = std::move(listing);
  for (const TableKind kind : {TableKind::normal, TableKind::associated}) {
    MAPISYNC_TRY(one, read_with_retries(work, kind, *read.listing));
    if (one.failure) {
      if (loses_session(*one.failure)) work.opener.lose_session();
      read.failure = one.failure;
      return read;
    }
    read.unidentified += one.unidentified;
  }
  MAPISYNC_TRY(normal, read.listing->distinct(false));
  MAPISYNC_TRY(associated, read.listing->distinct(true));
  work.listed = normal + associated;
  return read;
}

}  // namespace mapisync
