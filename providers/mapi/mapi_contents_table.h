// The ContentsTable port over IMAPITable. One caller at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/ports/contents_table.h"
#include "engine/ports/provider.h"
#include "providers/mapi/com_interfaces.h"
#include "providers/mapi/com_ptr.h"
#include "providers/mapi/mapi_runtime.h"

namespace mapisync::mapi {

class MapiContentsTable final : public ContentsTable {
 public:
  static Result<std::unique_ptr<MapiContentsTable>> open(const Runtime& runtime, IMAPIContainer& folder, TableKind kind,
                                                         TableOrder order);

  Result<std::vector<TableRow>> next(std::size_t max) override;
  Result<void> rewind() override;
  Result<std::uint64_t> row_count() override;

 private:
  MapiContentsTable(Runtime runtime, ComPtr<IMAPITable> table, bool associated)
      : runtime_(std::move(runtime)), table_(std::move(table)), associated_(associated) {}
  TableRow row_of(const SRow& row) const;

  Runtime runtime_;
  ComPtr<IMAPITable> table_;
  bool associated_;
};

/// Whether any row of the folder has this source key. Fails where the table cannot be restricted to it.
Result<Presence> table_lists(const Runtime& runtime, IMAPIContainer& folder, TableKind kind, const SourceKey& key);

}  // namespace mapisync::mapi
