// The contents table of a folder: the witness of what exists. A cursor with bounded memory; no snapshot: rows that
// move while it is read may be seen twice or never. One caller at a time; released before its Folder.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/table_row.h"

namespace mapisync {

enum class TableKind : std::uint8_t { normal, associated };
/// newest_first: by delivery time. latest_commit_first: by server commit time.
enum class TableOrder : std::uint8_t { newest_first, latest_commit_first };

class ContentsTable {
 public:
  virtual ~ContentsTable() = default;
  /// At most `max` further rows; empty = the end. After a failure: rewind() or destroy.
  virtual Result<std::vector<TableRow>> next(std::size_t max) = 0;
  virtual Result<void> rewind() = 0;
  /// Rows now.
  virtual Result<std::uint64_t> row_count() = 0;
};

}  // namespace mapisync
