// What the first bytes of a database file say, read without SQLite, which would open its logs and take locks.
// Pure but for the read; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/result.h"

namespace mapisync::sqlite {

struct FileHeader {
  static constexpr std::size_t kSize = 100;  // of every SQLite file
  std::uint32_t application_id{0};
  bool logged{false};  // it was opened with a write-ahead log, which may hold its last changes
};

/// nullopt: not a SQLite database. `path` is for the failure: io_error, permission and so on.
Result<std::optional<FileHeader>> read_header(int descriptor, const std::string& path);

}  // namespace mapisync::sqlite
