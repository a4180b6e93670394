// The schema: its version, the way up to it, and the words that views show for stored numbers.
// One caller at a time per Database.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/sqlite/database.h"

namespace mapisync::sqlite {

/// "mpsy": says in a file's header whose it is.
inline constexpr std::int64_t kApplicationId = 0x6d707379;
/// "mpsn": what a file says of itself while it is being made.
inline constexpr std::int64_t kUnfinishedId = 0x6d70736e;

/// schema/NNN_name.sql, in order; entry i leads from version i to i + 1.
const std::vector<std::string_view>& migrations();
/// The version this code writes.
std::int64_t schema_version();

/// Fills an empty database: all migrations, words, and at last the application id; until then it is kUnfinishedId.
Result<void> create_schema(Database& database);
/// Refuses what this code cannot work with: foreign (store_foreign), later (store_too_new). A reader is content with a
/// later version that says it may be read by this one; it cannot read an earlier one that was not migrated yet.
Result<void> check_schema(Database& database, bool for_writing);
/// Brings an earlier version up, each step in a transaction of its own, and renews the words.
Result<void> upgrade_schema(Database& database);

}  // namespace mapisync::sqlite
