#include "providers/mapihttp/client/client_contents_table.h"

#include <algorithm>
#include <utility>

#include "providers/mapihttp/client/contents_rows.h"
#include "providers/mapihttp/client/rop_failures.h"
#include "providers/mapihttp/client/table_flags.h"
#include "providers/mapihttp/client/tags.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::size_t kRowsMax = 1000;  // of one request; a server sends as many as fit

wire::GetContentsTableRequest get_table(bool associated) {
  wire::GetContentsTableRequest get;
  get.output_index = 1;
  get.table_flags = associated ? table_flags::kAssociated : 0;
  return get;
}

}  // namespace

Result<std::unique_ptr<ContentsTable>> ClientContentsTable::open(OpenFolder folder, TableKind kind, TableOrder order) {
  const bool associated = kind == TableKind::associated;
  const bool by_commit = order == TableOrder::latest_commit_first;
  wire::SetColumnsRequest columns;
  columns.tags = contents_columns();
  wire::SortTableRequest sort;
  sort.orders = {{by_commit ? tags::kLocalCommitTime : pr::kDeliveryTime, true}};
  RopCall call;
  call.requests = {{0, 0, get_table(associated)}, {0, 1, std::move(columns)}, {0, 1, std::move(sort)}};
  call.handles = {folder.handle(), wire::kNoHandle};
  MAPISYNC_TRY(answer, folder.link->call(std::move(call)));
  ServerObject table(folder.link->session(), answer.handles[1]);
  for (const wire::RopResponse& response : answer.responses) {
    if (response.return_value == 0) continue;
    if (response.id != wire::RopId::sort_table) return rop_failure(response.return_value, "open a contents table");
    // The order of delivery is a wish, that of commit times is relied upon.
    if (by_commit) {
      return fail(Errc::unsupported, Scope::folder, Retry::never, "the server does not sort by commit time",
                  response.return_value);
    }
  }
  return std::unique_ptr<ContentsTable>(new ClientContentsTable(std::move(folder), std::move(table), associated));
}

Result<std::vector<TableRow>> ClientContentsTable::next(std::size_t max) {
  if (max == 0) return fail(Errc::invalid_argument, Scope::folder, Retry::never, "a page of no rows");
  wire::QueryRowsRequest query;
  query.row_count = static_cast<std::uint16_t>(std::min(max, kRowsMax));
  RopCall call{{{0, 0, query}}, {table_.handle()}, {{0, contents_columns()}}};
  MAPISYNC_TRY(answer, folder_.link->call(std::move(call)));
  MAPISYNC_TRY(response, only_answer(std::move(answer), "read a contents table"));
  MAPISYNC_TRY(body, body_of<wire::QueryRowsResponse>(std::move(response), "rows"));
  if (body.rows.size() > max) return wire::malformed("contents table: more rows than asked for");
  std::vector<TableRow> rows;
  rows.reserve(body.rows.size());
  for (const wire::PropertyRow& row : body.rows) {
    MAPISYNC_TRY(one, contents_row(*folder_.link, row, associated_));
    rows.push_back(std::move(one));
  }
  return rows;
}

Result<void> ClientContentsTable::rewind() {
  MAPISYNC_TRY(answer, folder_.link->call({{{0, 0, wire::SeekRowRequest{}}}, {table_.handle()}, {}}));
  MAPISYNC_TRYV(only_answer(std::move(answer), "rewind a contents table"));
  return success();
}

/// By opening another one: what a table object tells of its rows may be as old as it is.
Result<std::uint64_t> ClientContentsTable::row_count() {
  RopCall call{
      {{0, 0, get_table(associated_)}, {0, 1, wire::ReleaseRequest{}}}, {folder_.handle(), wire::kNoHandle}, {}};
  MAPISYNC_TRY(answer, folder_.link->call(std::move(call)));
  MAPISYNC_TRY(response, only_answer(std::move(answer), "count the rows of a contents table"));
  MAPISYNC_TRY(body, body_of<wire::TableResponse>(std::move(response), "rows"));
  return std::uint64_t{body.row_count};
}

}  // namespace mapisync::mapihttp
