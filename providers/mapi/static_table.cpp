#include "providers/mapi/static_table.h"

#include <algorithm>

#include "providers/mapi/property_codec.h"

namespace mapisync::mapi {
namespace {

constexpr BOOKMARK kCurrent = 1, kEnd = 2;

}  // namespace

StaticTable::StaticTable(const Runtime& runtime, std::vector<PropertyList> rows)
    : ComObject(runtime), rows_(std::move(rows)) {
  if (rows_.empty()) return;
  for (const Property& property : rows_.front()) columns_.push_back(property.tag);
}

ComPtr<StaticTable> StaticTable::make(const Runtime& runtime, std::vector<PropertyList> rows) {
  return ComPtr<StaticTable>::adopt(new StaticTable(runtime, std::move(rows)));
}

HRESULT StaticTable::SetColumns(SPropTagArray* tags, ULONG) noexcept {
  if (tags == nullptr || tags->cValues == 0 || tags->cValues > limits::kPropertiesMax) return hr::kInvalidArgument;
  return guarded([&] {
    const auto* first = static_cast<const ULONG*>(tags->aulPropTag);
    columns_.assign(first, first + tags->cValues);
    return hr::kOk;
  });
}

HRESULT StaticTable::QueryColumns(ULONG, SPropTagArray** tags) noexcept {
  if (tags == nullptr) return hr::kInvalidArgument;
  *tags = nullptr;
  void* place = nullptr;
  const std::size_t size = (columns_.size() + 1) * sizeof(ULONG);
  if (memory().allocate(static_cast<ULONG>(size), &place) != 0) return hr::kOutOfMemory;
  auto* words = static_cast<ULONG*>(place);
  words[0] = static_cast<ULONG>(columns_.size());
  std::copy(columns_.begin(), columns_.end(), words + 1);
  *tags = reinterpret_cast<SPropTagArray*>(words);
  return hr::kOk;
}

HRESULT StaticTable::GetRowCount(ULONG, ULONG* count) noexcept {
  if (count == nullptr) return hr::kInvalidArgument;
  *count = static_cast<ULONG>(rows_.size());
  return hr::kOk;
}

HRESULT StaticTable::SeekRow(BOOKMARK origin, LONG rows, LONG* sought) noexcept {
  if (origin > kEnd) return hr::kInvalidArgument;
  const auto size = static_cast<std::int64_t>(rows_.size());
  const std::int64_t from =
      origin == flag::kBeginning ? 0 : (origin == kCurrent ? static_cast<std::int64_t>(position_) : size);
  const std::int64_t target = std::clamp<std::int64_t>(from + rows, 0, size);
  if (sought != nullptr) *sought = static_cast<LONG>(target - from);
  position_ = static_cast<std::size_t>(target);
  return hr::kOk;
}

HRESULT StaticTable::QueryPosition(ULONG* row, ULONG* numerator, ULONG* denominator) noexcept {
  if (row == nullptr || numerator == nullptr || denominator == nullptr) return hr::kInvalidArgument;
  *row = *numerator = static_cast<ULONG>(position_);
  *denominator = static_cast<ULONG>(std::max<std::size_t>(rows_.size(), 1));
  return hr::kOk;
}

HRESULT StaticTable::write_row(const PropertyList& from, SRow& row) const {
  MapiBuffer<SPropValue> values(memory());
  void* place = nullptr;
  const std::size_t size = std::max<std::size_t>(columns_.size(), 1) * sizeof(SPropValue);
  if (memory().allocate(static_cast<ULONG>(size), &place) != 0) return hr::kOutOfMemory;
  *values.put() = static_cast<SPropValue*>(place);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Property* property = find_property(from, columns_[i]);
    SPropValue& slot = values.get()[i];
    if (property == nullptr) {
      write_error(columns_[i], hr::kNotFound, slot);
      continue;
    }
    const HRESULT code = write_property(memory(), values.get(), columns_[i], property->value, slot);
    if (code != hr::kOk) return code;
  }
  row.cValues = static_cast<ULONG>(columns_.size());
  row.lpProps = values.release();
  return hr::kOk;
}

HRESULT StaticTable::query(ULONG count, SRowSet** rows) {
  const std::size_t given = std::min<std::size_t>(count, rows_.size() - position_);
  void* place = nullptr;
  const std::size_t size = offsetof(SRowSet, aRow) + std::max<std::size_t>(given, 1) * sizeof(SRow);
  if (memory().allocate(static_cast<ULONG>(size), &place) != 0) return hr::kOutOfMemory;
  MapiRows out(memory());
  *out.put() = static_cast<SRowSet*>(place);
  SRowSet& set = **out.put();
  set.cRows = 0;
  for (std::size_t i = 0; i < given; ++i) {
    SRow& row = static_cast<SRow*>(set.aRow)[i];
    row = SRow{};
    const HRESULT code = write_row(rows_[position_ + i], row);
    if (code != hr::kOk) return code;
    ++set.cRows;
  }
  position_ += given;
  *rows = std::exchange(*out.put(), nullptr);
  return hr::kOk;
}

HRESULT StaticTable::QueryRows(LONG count, ULONG, SRowSet** rows) noexcept {
  if (rows == nullptr) return hr::kInvalidArgument;
  *rows = nullptr;
  if (count < 0) return hr::kNoSupport;  // backwards
  return guarded([&] { return query(static_cast<ULONG>(count), rows); });
}

HRESULT StaticTable::GetStatus(ULONG* status, ULONG* type) noexcept {
  if (status != nullptr) *status = 0;
  if (type != nullptr) *type = 0;  // TBLTYPE_SNAPSHOT
  return hr::kOk;
}

HRESULT StaticTable::GetLastError(HRESULT, ULONG, MAPIERROR** error) noexcept {
  if (error == nullptr) return hr::kInvalidArgument;
  *error = nullptr;
  return hr::kOk;
}

HRESULT StaticTable::Restrict(SRestriction* restriction, ULONG) noexcept {
  return restriction == nullptr ? hr::kOk : hr::kTooComplex;
}
HRESULT StaticTable::Abort() noexcept { return hr::kOk; }
HRESULT StaticTable::WaitForCompletion(ULONG, ULONG, ULONG* status) noexcept {
  if (status != nullptr) *status = 0;
  return hr::kOk;
}
HRESULT StaticTable::Advise(ULONG, IUnknown*, ULONG_PTR*) noexcept { return hr::kNoSupport; }
HRESULT StaticTable::Unadvise(ULONG_PTR) noexcept { return hr::kNoSupport; }
HRESULT StaticTable::SeekRowApprox(ULONG, ULONG) noexcept { return hr::kNoSupport; }
HRESULT StaticTable::FindRow(SRestriction*, BOOKMARK, ULONG) noexcept { return hr::kNoSupport; }
HRESULT StaticTable::CreateBookmark(BOOKMARK*) noexcept { return hr::kNoSupport; }
HRESULT StaticTable::FreeBookmark(BOOKMARK) noexcept { return hr::kNoSupport; }
HRESULT StaticTable::SortTable(SSortOrderSet*, ULONG) noexcept { return hr::kNoSupport; }
HRESULT StaticTable::QuerySortOrder(SSortOrderSet**) noexcept { return hr::kNoSupport; }
HRESULT StaticTable::ExpandRow(ULONG, BYTE*, ULONG, ULONG, SRowSet**, ULONG*) noexcept { return hr::kNoSupport; }
HRESULT StaticTable::CollapseRow(ULONG, BYTE*, ULONG, ULONG*) noexcept { return hr::kNoSupport; }
HRESULT StaticTable::GetCollapseState(ULONG, ULONG, BYTE*, ULONG*, BYTE**) noexcept { return hr::kNoSupport; }
HRESULT StaticTable::SetCollapseState(ULONG, ULONG, BYTE*, BOOKMARK*) noexcept { return hr::kNoSupport; }

}  // namespace mapisync::mapi
