// ContentsTable over a table object of the server. One thread.
#pragma once

#include <memory>
#include <vector>

#include "engine/ports/contents_table.h"
#include "providers/mapihttp/client/open_folder.h"

namespace mapisync::mapihttp {

class ClientContentsTable final : public ContentsTable {
 public:
  /// Errc::unsupported if the server cannot sort by commit time, where that was asked for.
  static Result<std::unique_ptr<ContentsTable>> open(OpenFolder folder, TableKind kind, TableOrder order);

  Result<std::vector<TableRow>> next(std::size_t max) override;
  Result<void> rewind() override;
  Result<std::uint64_t> row_count() override;

 private:
  ClientContentsTable(OpenFolder folder, ServerObject table, bool associated)
      : folder_(std::move(folder)), table_(std::move(table)), associated_(associated) {}

  OpenFolder folder_;
  ServerObject table_;
  bool associated_;
};

}  // namespace mapisync::mapihttp
