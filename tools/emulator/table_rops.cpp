// Tables.
#include <algorithm>

#include "providers/fake/server_codes.h"
#include "providers/mapihttp/wire/byte_writer.h"
#include "tools/emulator/rop_call.h"

namespace mapisync::emulator {
namespace {

constexpr std::uint8_t kAllBelow = 0x04, kAssociated = 0x02, kSoftDeletes = 0x20;
constexpr std::uint8_t kNoAdvance = 0x01;
constexpr std::size_t kRowsAnswerHead = 9;  // id, index, return value, origin, count
enum : std::uint8_t { kBeginning = 0, kCurrent = 1, kEnd = 2 };

Result<void> table_allowed(const RopCall& call) {
  if (call.session.state->tables < call.server.profile().tables_max) return success();
  return fake::server_failure(Errc::out_of_resources, "too many tables are open");
}

Result<RopAnswer> open_table(RopCall& call, std::uint8_t output_index, std::unique_ptr<TableRows> rows,
                             bool of_folders) {
  MAPISYNC_TRYV(table_allowed(call));
  MAPISYNC_TRY(parent, call.handle());
  MAPISYNC_TRY(count, rows->count());
  auto table = std::make_unique<TableObject>(call.session.state);
  table->rows = std::move(rows);
  table->of_folders = of_folders;
  MAPISYNC_TRYV(call.put(output_index, std::move(table), parent));
  return RopAnswer{0, wire::TableResponse{static_cast<std::uint32_t>(count)}};
}

std::size_t size_of(const wire::TagList& columns, const wire::PropertyRow& row, std::uint32_t code_page) {
  wire::ByteWriter to;
  wire::write_row(to, columns, row, code_page);
  return to.size();
}

}  // namespace

Result<RopAnswer> answer(RopCall& call, const wire::GetHierarchyTableRequest& request) {
  MAPISYNC_TRYV(call.server.enter(fake::PortCall::folder_table, call.session.state.get()));
  MAPISYNC_TRY(folder, call.object<FolderObject>());
  if ((request.table_flags & kSoftDeletes) != 0) return refusal(rop_code::kNotSupported, "deleted folders in a table");
  const bool deep = (request.table_flags & kAllBelow) != 0;
  return open_table(call, request.output_index, folder_rows(call.server, folder->folder, deep), true);
}

Result<RopAnswer> answer(RopCall& call, const wire::GetContentsTableRequest& request) {
  MAPISYNC_TRYV(call.server.enter(fake::PortCall::open_table, call.session.state.get()));
  MAPISYNC_TRY(folder, call.object<FolderObject>());
  MessageRows which = MessageRows::normal;
  if ((request.table_flags & kAssociated) != 0) which = MessageRows::associated;
  if ((request.table_flags & kSoftDeletes) != 0) which = MessageRows::softly_deleted;
  return open_table(call, request.output_index, message_rows(call.server, folder->folder, which), false);
}

Result<RopAnswer> answer(RopCall& call, const wire::SetColumnsRequest& request) {
  MAPISYNC_TRY(table, call.object<TableObject>());
  if (request.tags.empty()) return refusal(rop_code::kInvalidParameter, "a table without columns");
  table->columns = request.tags;
  return RopAnswer{0, wire::TableStatusResponse{}};
}

Result<RopAnswer> answer(RopCall& call, const wire::SortTableRequest& request) {
  MAPISYNC_TRY(table, call.object<TableObject>());
  if (request.category_count != 0 || request.expanded_count != 0) {
    return refusal(rop_code::kTooComplex, "categories are not served");
  }
  MAPISYNC_TRYV(table->rows->sort(request.orders));
  table->position = 0;
  return RopAnswer{0, wire::TableStatusResponse{}};
}

Result<RopAnswer> answer(RopCall& call, const wire::RestrictRequest& request) {
  MAPISYNC_TRY(table, call.object<TableObject>());
  table->position = 0;
  if (request.restriction.empty()) {
    MAPISYNC_TRYV(table->rows->restrict_to(std::nullopt));
    return RopAnswer{0, wire::TableStatusResponse{}};
  }
  auto restriction = wire::decode_restriction(request.restriction, call.session.code_page);
  if (!restriction) return refusal(rop_code::kRpcFormat, restriction.error().context);
  MAPISYNC_TRYV(table->rows->restrict_to(std::move(restriction).value()));
  return RopAnswer{0, wire::TableStatusResponse{}};
}

Result<RopAnswer> answer(RopCall& call, const wire::QueryRowsRequest& request) {
  MAPISYNC_TRY(table, call.object<TableObject>());
  if (!table->of_folders) {
    MAPISYNC_TRYV(call.server.enter(fake::PortCall::table_next, call.session.state.get()));
    ++call.server.fake->counts.table_pages;
  }
  if (table->columns.empty()) return refusal(rop_code::kNullObject, "rows before columns");
  if (!request.forward) return refusal(rop_code::kNotSupported, "rows are read forwards only");
  const std::uint32_t page = call.server.profile().page_rows;
  std::size_t wanted = request.row_count;
  if (page != 0 && !table->of_folders) wanted = std::min<std::size_t>(wanted, page);
  constexpr std::size_t kAtOnce = 64;
  wire::QueryRowsResponse response;
  std::size_t used = kRowsAnswerHead;
  std::uint64_t position = table->position;
  bool full = false, ended = false;
  while (response.rows.size() < wanted && !full && !ended) {
    const std::size_t ask = std::min(kAtOnce, wanted - response.rows.size());
    MAPISYNC_TRY(rows, table->rows->rows(table->columns, position, ask));
    ended = rows.size() < ask;
    for (wire::PropertyRow& row : rows) {
      used += size_of(table->columns, row, call.session.code_page);
      full = used > call.room;
      if (full) break;
      response.rows.push_back(std::move(row));
      ++position;
    }
  }
  if (full && response.rows.empty()) return refusal(rop_code::kBufferTooSmall, "a row that does not fit");
  response.origin = ended && !full ? kEnd : kCurrent;
  call.columns = table->columns;
  if ((request.flags & kNoAdvance) == 0) table->position = position;
  return RopAnswer{0, std::move(response)};
}

Result<RopAnswer> answer(RopCall& call, const wire::SeekRowRequest& request) {
  MAPISYNC_TRY(table, call.object<TableObject>());
  if (!table->of_folders) {
    MAPISYNC_TRYV(call.server.enter(fake::PortCall::table_rewind, call.session.state.get()));
  }
  MAPISYNC_TRY(count, table->rows->count());
  if (request.origin > kEnd) return refusal(rop_code::kInvalidParameter, "an origin that is none");
  const std::uint64_t from = request.origin == kBeginning ? 0 : request.origin == kEnd ? count : table->position;
  const std::int64_t wanted = static_cast<std::int64_t>(from) + request.row_count;
  const std::int64_t reached = std::clamp<std::int64_t>(wanted, 0, static_cast<std::int64_t>(count));
  table->position = static_cast<std::uint64_t>(reached);
  wire::SeekRowResponse response;
  response.has_sought_less = request.want_rows_moved && reached != wanted;
  response.rows_sought = static_cast<std::int32_t>(reached - static_cast<std::int64_t>(from));
  return RopAnswer{0, response};
}

Result<RopAnswer> answer(RopCall& call, const wire::QueryPositionRequest& /*request*/) {
  MAPISYNC_TRY(table, call.object<TableObject>());
  if (!table->of_folders) {
    MAPISYNC_TRYV(call.server.enter(fake::PortCall::row_count, call.session.state.get()));
  }
  MAPISYNC_TRY(count, table->rows->count());
  wire::QueryPositionResponse response;
  response.row = static_cast<std::uint32_t>(std::min(table->position, count));
  response.row_count = static_cast<std::uint32_t>(count);
  return RopAnswer{0, response};
}

}  // namespace mapisync::emulator
