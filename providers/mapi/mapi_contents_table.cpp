#include "providers/mapi/mapi_contents_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "providers/mapi/export_arguments.h"
#include "providers/mapi/mapi_error.h"
#include "providers/mapi/property_codec.h"

namespace mapisync::mapi {
namespace {

constexpr std::array<PropertyTag, 17> kColumns = {pr::kEntryId,      pr::kLongTermEntryId,      pr::kSourceKey,
                                                  pr::kChangeKey,    pr::kMessageFlags,         pr::kMessageSize,
                                                  pr::kDeliveryTime, pr::kLocalCommitTime,      pr::kSenderName,
                                                  pr::kSenderEmail,  pr::kLastModificationTime, pr::kSubject,
                                                  pr::kMessageClass, pr::kInternetMessageId,    pr::kSearchKey,
                                                  pr::kDisplayTo,    pr::kClientSubmitTime};

template <std::size_t N>
struct Tags {  // an SPropTagArray of N
  ULONG count{N};
  std::array<ULONG, N> tags;
  SPropTagArray* get() { return reinterpret_cast<SPropTagArray*>(this); }
};

// A row's values by tag. A column that could not be read carries its code; one that is not there carries nothing.
class RowReader {
 public:
  explicit RowReader(const SRow& row) : row_(row) {}

  Bytes key(PropertyTag tag) const {
    const SPropValue* value = find(tag);
    if (value == nullptr || type_of(value->ulPropTag) != pt::kBinary) return {};
    auto key = read_key(value->Value.bin.cb, value->Value.bin.lpb);
    return key ? std::move(key).value() : Bytes();
  }

  /// `Alternative`: of PropertyValue, what the column's type is read as.
  template <class Alternative, class T, class Convert>
  void read(PropertyTag tag, Column<T>& into, const Convert& convert) const {
    const SPropValue* value = find(tag);
    if (value == nullptr) return;
    if (type_of(value->ulPropTag) == pt::kError) {
      if (value->Value.err != hr::kNotFound) into.error = mapi_failure(value->Value.err, {}).errc();
      return;
    }
    auto property = type_of(value->ulPropTag) == type_of(tag) ? read_property(*value)
                                                              : Result<std::optional<Property>>(std::nullopt);
    const Alternative* found =
        property && property.value() ? std::get_if<Alternative>(&property.value()->value) : nullptr;
    if (found == nullptr)
      into.error = Errc::malformed;
    else
      into.value = convert(*found);
  }

 private:
  const SPropValue* find(PropertyTag tag) const {
    for (ULONG i = 0; i < row_.cValues; ++i) {
      if (id_of(row_.lpProps[i].ulPropTag) == id_of(tag)) return &row_.lpProps[i];
    }
    return nullptr;
  }
  const SRow& row_;
};

Timestamp time_of(std::int64_t ticks) { return Timestamp(Duration(unix_micros_from_filetime(ticks))); }
std::string text_of(const Text& text) { return text.utf8; }

Result<ComPtr<IMAPITable>> open_table(const Runtime& runtime, IMAPIContainer& folder, TableKind kind) {
  ComPtr<IMAPITable> table;
  const ULONG flags = flag::kUnicode | (kind == TableKind::associated ? flag::kAssociatedTable : 0U);
  const HRESULT code = folder.GetContentsTable(flags, table.put());
  if (!succeeded(code)) return failure_of(runtime, folder, code, "open a contents table");
  if (!table) return mapi_failure(hr::kOk, "open a contents table");
  return table;
}

// Refuses what QueryRows cannot have meant.
Result<void> check_rows(const MapiRows& rows, std::size_t asked) {
  if (!rows) return mapi_failure(hr::kOk, "contents table: no set of rows");  // which is not the end of the table
  if (rows.size() > asked) {
    return fail(Errc::malformed, Scope::folder, Retry::later, "contents table: more rows than asked for");
  }
  for (ULONG i = 0; i < rows.size(); ++i) {
    const SRow& row = rows.at(i);
    if (row.cValues > limits::kPropertiesMax || (row.cValues != 0 && row.lpProps == nullptr)) {
      return fail(Errc::malformed, Scope::folder, Retry::later, "contents table: a row that is none");
    }
  }
  return success();
}

}  // namespace

Result<std::unique_ptr<MapiContentsTable>> MapiContentsTable::open(const Runtime& runtime, IMAPIContainer& folder,
                                                                   TableKind kind, TableOrder order) {
  MAPISYNC_TRY(table, open_table(runtime, folder, kind));
  Tags<kColumns.size()> columns{kColumns.size(), kColumns};
  HRESULT code = table->SetColumns(columns.get(), 0);
  if (!succeeded(code)) return failure_of(runtime, *table.get(), code, "contents table: columns");
  const PropertyTag by = order == TableOrder::newest_first ? pr::kDeliveryTime : pr::kLocalCommitTime;
  SSortOrderSet sorting{1, 0, 0, {{by, flag::kDescending}}};
  code = table->SortTable(&sorting, 0);
  if (!succeeded(code)) return failure_of(runtime, *table.get(), code, "contents table: order");
  return std::unique_ptr<MapiContentsTable>(
      new MapiContentsTable(runtime, std::move(table), kind == TableKind::associated));
}

TableRow MapiContentsTable::row_of(const SRow& row) const {
  const RowReader in(row);
  TableRow out;
  out.source_key = SourceKey(in.key(pr::kSourceKey));
  out.change_key = ChangeKey(in.key(pr::kChangeKey));
  Bytes ref = in.key(pr::kLongTermEntryId);  // the other one may be a short-term id, which dies with the session
  if (ref.empty()) ref = in.key(pr::kEntryId);
  out.ref = MessageRef(std::move(ref));
  out.associated = associated_;
  in.read<std::int32_t>(pr::kMessageFlags, out.read,
                        [](std::int32_t v) { return (static_cast<std::uint32_t>(v) & kMessageFlagRead) != 0; });
  in.read<std::int32_t>(pr::kMessageSize, out.size,
                        [](std::int32_t v) -> std::uint64_t { return static_cast<std::uint32_t>(v); });
  in.read<std::int64_t>(pr::kDeliveryTime, out.delivered, time_of);
  in.read<std::int64_t>(pr::kLastModificationTime, out.modified, time_of);
  in.read<std::int64_t>(pr::kLocalCommitTime, out.committed, time_of);
  in.read<Text>(pr::kSenderName, out.sender, text_of);
  if (!out.sender.has_value() && out.sender.error == Errc::ok) in.read<Text>(pr::kSenderEmail, out.sender, text_of);
  in.read<Text>(pr::kDisplayTo, out.recipients, text_of);
  in.read<std::int64_t>(pr::kClientSubmitTime, out.sent, time_of);
  in.read<Text>(pr::kSubject, out.subject, text_of);
  in.read<Text>(pr::kMessageClass, out.message_class, text_of);
  in.read<Text>(pr::kInternetMessageId, out.internet_message_id, text_of);
  in.read<Binary>(pr::kSearchKey, out.search_key, [](const Binary& v) { return v.bytes; });
  return out;
}

Result<std::vector<TableRow>> MapiContentsTable::next(std::size_t max) {
  if (max == 0) {
    return fail(Errc::invalid_argument, Scope::batch, Retry::never, "contents table: a page of no rows");
  }
  const auto asked = std::min<std::size_t>(max, limits::kRowsMax);
  MapiRows rows(runtime_->memory);
  const HRESULT code = table_->QueryRows(static_cast<LONG>(asked), 0, rows.put());
  if (!succeeded(code)) return failure_of(runtime_, *table_.get(), code, "read a contents table");
  MAPISYNC_TRYV(check_rows(rows, asked));
  std::vector<TableRow> out;
  out.reserve(rows.size());
  for (ULONG i = 0; i < rows.size(); ++i) out.push_back(row_of(rows.at(i)));
  return out;
}

Result<void> MapiContentsTable::rewind() {
  const HRESULT code = table_->SeekRow(flag::kBeginning, 0, nullptr);
  if (!succeeded(code)) return failure_of(runtime_, *table_.get(), code, "rewind a contents table");
  return success();
}

Result<std::uint64_t> MapiContentsTable::row_count() {
  ULONG count = 0;
  const HRESULT code = table_->GetRowCount(0, &count);
  if (!succeeded(code)) return failure_of(runtime_, *table_.get(), code, "count the rows of a contents table");
  return std::uint64_t{count};
}

Result<Presence> table_lists(const Runtime& runtime, IMAPIContainer& folder, TableKind kind, const SourceKey& key) {
  MAPISYNC_TRY(table, open_table(runtime, folder, kind));
  Tags<1> columns{1, {pr::kSourceKey}};
  HRESULT code = table->SetColumns(columns.get(), 0);
  if (!succeeded(code)) return failure_of(runtime, *table.get(), code, "look for a message: columns");
  SPropValue value{};
  SRestriction only = source_key_term(flag::kRelopEqual, key, value);
  code = table->Restrict(&only, 0);
  if (!succeeded(code)) return failure_of(runtime, *table.get(), code, "look for a message: restriction");
  MapiRows rows(runtime->memory);
  code = table->QueryRows(1, 0, rows.put());
  if (!succeeded(code)) return failure_of(runtime, *table.get(), code, "look for a message");
  MAPISYNC_TRYV(check_rows(rows, 1));
  if (rows.empty()) return Presence::absent;
  // Another key: the restriction was not kept, so that nothing is shown.
  return RowReader(rows.at(0)).key(pr::kSourceKey) == key.bytes() ? Presence::present : Presence::unknown;
}

}  // namespace mapisync::mapi
