// The columns of a contents table, and what a row of them says. Pure; any thread.
#pragma once

#include "engine/model/table_row.h"
#include "providers/mapihttp/client/mailbox_link.h"
#include "providers/mapihttp/wire/property_value.h"

namespace mapisync::mapihttp {

/// Of a PtypTime.
Timestamp time_from_ticks(std::int64_t ticks) noexcept;

/// What is asked of a contents table.
const wire::TagList& contents_columns();

/// A row without a MID has neither key nor ref: the engine makes a finding of it.
Result<TableRow> contents_row(MailboxLink& link, const wire::PropertyRow& row, bool associated);

/// Cells of a row by tag. The type may differ: a server answers PtypErrorCode where it cannot read a value.
const wire::Cell* find_cell(const wire::PropertyRow& row, PropertyTag tag) noexcept;
Column<std::string> text_cell(const wire::PropertyRow& row, PropertyTag tag);
Column<Bytes> binary_cell(const wire::PropertyRow& row, PropertyTag tag);
Column<std::int64_t> number_cell(const wire::PropertyRow& row, PropertyTag tag);
Column<Timestamp> time_cell(const wire::PropertyRow& row, PropertyTag tag);

}  // namespace mapisync::mapihttp
