// Reads the contents tables of a folder, normal and associated, into a Listing.
#pragma once

#include <memory>
#include <optional>

#include "engine/sync_run.h"

namespace mapisync {

struct TableRead {
  std::unique_ptr<Listing> listing;  // null with a failure
  std::optional<Failure> failure;    // the server's
  std::uint64_t unidentified{0};     // rows without source key
};

/// A table is no snapshot: if distinct keys, the row count before and the row count after are not equal, it is read
/// once more and the union counts. Repeats a failing read once, in a new session if that is what it takes. A failure of
/// the result is ours.
Result<TableRead> read_tables(FolderWork& work);

/// Only the rows that the server committed at `since` or later, newest commit first. Nothing follows from what is not
/// listed. No listing, and no failure: the rows do not tell when they were committed, so that no head can be told.
Result<TableRead> read_table_heads(FolderWork& work, Timestamp since);

}  // namespace mapisync
