#include "providers/mapihttp/client/message_lookup.h"

#include <utility>

#include "providers/mapihttp/client/contents_rows.h"
#include "providers/mapihttp/client/rop_failures.h"
#include "providers/mapihttp/client/table_flags.h"
#include "providers/mapihttp/wire/restriction.h"

namespace mapisync::mapihttp {
namespace {

/// A table of its own, asked one question and closed with the next request.
std::vector<wire::RopRequest> question(std::uint8_t slot, bool associated, const Bytes& restriction) {
  wire::GetContentsTableRequest open;
  open.output_index = slot;
  open.table_flags = associated ? table_flags::kAssociated : 0;
  wire::SetColumnsRequest columns;
  columns.tags = contents_columns();
  wire::RestrictRequest restrict;
  restrict.restriction = restriction;
  wire::QueryRowsRequest rows;
  rows.row_count = 1;
  return {{0, 0, open}, {0, slot, columns}, {0, slot, restrict}, {0, slot, rows}};
}

}  // namespace

Result<std::optional<TableRow>> look_up_message(const OpenFolder& folder, const wire::GlobalId& mid,
                                                const CallLimits& limits) {
  MailboxLink& link = *folder.link;
  MAPISYNC_TRY(id, link.local(mid));
  MAPISYNC_TRY(restriction, wire::encode_restriction(wire::equals(wire::tag::kMid, wire::to_integer(id))));
  RopCall call;
  call.handles = {folder.handle(), wire::kNoHandle, wire::kNoHandle};
  call.requests = question(1, false, restriction);
  for (wire::RopRequest& request : question(2, true, restriction)) call.requests.push_back(std::move(request));
  MAPISYNC_TRY(answer, link.call(std::move(call), limits));
  const ServerObject normal(link.session(), answer.handles[1]), others(link.session(), answer.handles[2]);
  MAPISYNC_TRYV(all_succeeded(answer, "look a message up"));
  bool associated = false;
  for (wire::RopResponse& response : answer.responses) {
    auto* rows = std::get_if<wire::QueryRowsResponse>(&response.body);
    if (rows == nullptr) continue;
    for (const wire::PropertyRow& row : rows->rows) {
      // A server that selects nothing lists something else.
      if (number_cell(row, wire::tag::kMid).value_or(0) != wire::to_integer(id)) {
        return fail(Errc::unsupported, Scope::folder, Retry::never, "the server does not select rows by id");
      }
      MAPISYNC_TRY(listed, contents_row(link, row, associated));
      return std::optional<TableRow>(std::move(listed));
    }
    associated = true;
  }
  return std::optional<TableRow>();
}

}  // namespace mapisync::mapihttp
