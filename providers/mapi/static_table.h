// A small IMAPITable over rows in memory: the recipients and attachments that a message in the making can show.
// One caller at a time.
#pragma once

#include <vector>

#include "engine/model/property.h"
#include "providers/mapi/com_object.h"
#include "providers/mapi/com_ptr.h"

namespace mapisync::mapi {

class StaticTable final : public ComObject<IMAPITable> {
 public:
  static ComPtr<StaticTable> make(const Runtime& runtime, std::vector<PropertyList> rows);

  HRESULT MAPISYNC_STDCALL GetLastError(HRESULT code, ULONG flags, MAPIERROR** error) noexcept override;
  HRESULT MAPISYNC_STDCALL Advise(ULONG events, IUnknown* sink, ULONG_PTR* connection) noexcept override;
  HRESULT MAPISYNC_STDCALL Unadvise(ULONG_PTR connection) noexcept override;
  HRESULT MAPISYNC_STDCALL GetStatus(ULONG* status, ULONG* type) noexcept override;
  HRESULT MAPISYNC_STDCALL SetColumns(SPropTagArray* tags, ULONG flags) noexcept override;
  HRESULT MAPISYNC_STDCALL QueryColumns(ULONG flags, SPropTagArray** tags) noexcept override;
  HRESULT MAPISYNC_STDCALL GetRowCount(ULONG flags, ULONG* count) noexcept override;
  HRESULT MAPISYNC_STDCALL SeekRow(BOOKMARK origin, LONG rows, LONG* sought) noexcept override;
  HRESULT MAPISYNC_STDCALL SeekRowApprox(ULONG numerator, ULONG denominator) noexcept override;
  HRESULT MAPISYNC_STDCALL QueryPosition(ULONG* row, ULONG* numerator, ULONG* denominator) noexcept override;
  HRESULT MAPISYNC_STDCALL FindRow(SRestriction* restriction, BOOKMARK origin, ULONG flags) noexcept override;
  HRESULT MAPISYNC_STDCALL Restrict(SRestriction* restriction, ULONG flags) noexcept override;
  HRESULT MAPISYNC_STDCALL CreateBookmark(BOOKMARK* position) noexcept override;
  HRESULT MAPISYNC_STDCALL FreeBookmark(BOOKMARK position) noexcept override;
  HRESULT MAPISYNC_STDCALL SortTable(SSortOrderSet* order, ULONG flags) noexcept override;
  HRESULT MAPISYNC_STDCALL QuerySortOrder(SSortOrderSet** order) noexcept override;
  HRESULT MAPISYNC_STDCALL QueryRows(LONG count, ULONG flags, SRowSet** rows) noexcept override;
  HRESULT MAPISYNC_STDCALL Abort() noexcept override;
  HRESULT MAPISYNC_STDCALL ExpandRow(ULONG key_size, BYTE* key, ULONG count, ULONG flags, SRowSet** rows,
                                     ULONG* more) noexcept override;
  HRESULT MAPISYNC_STDCALL CollapseRow(ULONG key_size, BYTE* key, ULONG flags, ULONG* rows) noexcept override;
  HRESULT MAPISYNC_STDCALL WaitForCompletion(ULONG flags, ULONG timeout, ULONG* status) noexcept override;
  HRESULT MAPISYNC_STDCALL GetCollapseState(ULONG flags, ULONG key_size, BYTE* key, ULONG* state_size,
                                            BYTE** state) noexcept override;
  HRESULT MAPISYNC_STDCALL SetCollapseState(ULONG flags, ULONG state_size, BYTE* state,
                                            BOOKMARK* position) noexcept override;

 protected:
  ~StaticTable() = default;

 private:
  StaticTable(const Runtime& runtime, std::vector<PropertyList> rows);
  void last_reference_gone() noexcept override { delete this; }
  HRESULT query(ULONG count, SRowSet** rows);
  HRESULT write_row(const PropertyList& from, SRow& row) const;

  std::vector<PropertyList> rows_;
  std::vector<PropertyTag> columns_;
  std::size_t position_{0};
};

}  // namespace mapisync::mapi
