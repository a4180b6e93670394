#include "providers/mapihttp/client/contents_rows.h"

#include <utility>

#include "providers/mapihttp/client/message_ref.h"
#include "providers/mapihttp/client/rop_failures.h"
#include "providers/mapihttp/client/tags.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::uint32_t kNotFound = 0x8004010F;

/// The value if it has this form, or why there is none.
template <class T, class Take>
Column<T> column_of(const wire::PropertyRow& row, PropertyTag tag, Take take) {
  const wire::Cell* cell = find_cell(row, tag);
  if (cell == nullptr || !cell->value) return {};
  if (const auto* error = std::get_if<PropertyError>(&*cell->value)) {
    Column<T> column;
    if (error->code != kNotFound && error->code != 0) column.error = rop_failure(error->code, {}).errc();
    return column;
  }
  return take(*cell->value);
}

}  // namespace

Timestamp time_from_ticks(std::int64_t ticks) noexcept { return Timestamp(Duration(unix_micros_from_filetime(ticks))); }

const wire::TagList& contents_columns() {
  static const wire::TagList kColumns = {
      wire::tag::kMid,   wire::tag::kChangeNumber,  pr::kChangeKey,         pr::kMessageFlags, pr::kMessageSize,
      pr::kDeliveryTime, pr::kLastModificationTime, tags::kLocalCommitTime, pr::kSenderName,   pr::kSubject,
      pr::kMessageClass, pr::kInternetMessageId,    pr::kSearchKey,         pr::kDisplayTo,    pr::kClientSubmitTime};
  return kColumns;
}

const wire::Cell* find_cell(const wire::PropertyRow& row, PropertyTag tag) noexcept {
  for (const wire::Cell& cell : row) {
    if (id_of(cell.tag) == id_of(tag)) return &cell;
  }
  return nullptr;
}

Column<std::string> text_cell(const wire::PropertyRow& row, PropertyTag tag) {
  return column_of<std::string>(row, tag, [](const PropertyValue& value) -> Column<std::string> {
    if (const auto* text = std::get_if<Text>(&value)) return text->utf8;
    return {};
  });
}

Column<Bytes> binary_cell(const wire::PropertyRow& row, PropertyTag tag) {
  return column_of<Bytes>(row, tag, [](const PropertyValue& value) -> Column<Bytes> {
    if (const auto* binary = std::get_if<Binary>(&value)) return binary->bytes;
    return {};
  });
}

Column<std::int64_t> number_cell(const wire::PropertyRow& row, PropertyTag tag) {
  return column_of<std::int64_t>(row, tag, [](const PropertyValue& value) -> Column<std::int64_t> {
    if (const auto* number = std::get_if<std::int32_t>(&value)) return static_cast<std::int64_t>(*number);
    if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
    return {};
  });
}

Column<Timestamp> time_cell(const wire::PropertyRow& row, PropertyTag tag) {
  const Column<std::int64_t> ticks = number_cell(row, tag);
  Column<Timestamp> column;
  column.error = ticks.error;
  if (ticks.value) column.value = time_from_ticks(*ticks.value);
  return column;
}

Result<TableRow> contents_row(MailboxLink& link, const wire::PropertyRow& row, bool associated) {
  TableRow out;
  out.associated = associated;
  const Column<std::int64_t> mid = number_cell(row, wire::tag::kMid);
  if (mid.value) {
    RefParts parts;
    MAPISYNC_TRY(global, link.global(wire::short_id_of(*mid.value)));
    parts.mid = global;
    if (const auto number = number_cell(row, wire::tag::kChangeNumber); number.value) {
      MAPISYNC_TRY(change, link.global(wire::short_id_of(*number.value)));
      parts.change_number = change;
    }
    out.ref = make_ref(parts);
    out.source_key = key_of(parts.mid);
  }
  out.change_key = ChangeKey(binary_cell(row, pr::kChangeKey).value_or({}));
  const Column<std::int64_t> flags = number_cell(row, pr::kMessageFlags);
  out.read.error = flags.error;
  if (flags.value) out.read.value = (static_cast<std::uint64_t>(*flags.value) & kMessageFlagRead) != 0;
  const Column<std::int64_t> size = number_cell(row, pr::kMessageSize);
  out.size.error = size.error;
  if (size.value) out.size.value = static_cast<std::uint32_t>(*size.value);
  out.delivered = time_cell(row, pr::kDeliveryTime);
  out.modified = time_cell(row, pr::kLastModificationTime);
  out.committed = time_cell(row, tags::kLocalCommitTime);
  out.sender = text_cell(row, pr::kSenderName);
  out.subject = text_cell(row, pr::kSubject);
  out.message_class = text_cell(row, pr::kMessageClass);
  out.internet_message_id = text_cell(row, pr::kInternetMessageId);
  out.search_key = binary_cell(row, pr::kSearchKey);
  out.recipients = text_cell(row, pr::kDisplayTo);
  out.sent = time_cell(row, pr::kClientSubmitTime);
  return out;
}

}  // namespace mapisync::mapihttp
