#include "store/sqlite/file_header.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "store/sqlite/sqlite_failure.h"

namespace mapisync::sqlite {

namespace {

// [SQLite file format, 1.3]
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kWriteVersionAt = 18;   // 1: rollback journal, 2: write-ahead log
constexpr std::size_t kApplicationIdAt = 68;  // big-endian

}  // namespace

Result<std::optional<FileHeader>> read_header(int descriptor, const std::string& path) {
  std::array<unsigned char, FileHeader::kSize> bytes{};
  const ssize_t length = ::pread(descriptor, bytes.data(), bytes.size(), 0);
  if (length < 0) return failure_of_errno(errno, path, "cannot be read");
  if (length != static_cast<ssize_t>(bytes.size()) || !std::equal(kMagic.begin(), kMagic.end(), bytes.begin())) {
    return std::optional<FileHeader>();
  }
  FileHeader header;
  for (std::size_t i = 0; i < 4; ++i) {
    header.application_id = header.application_id << 8U | bytes[kApplicationIdAt + i];
  }
  header.logged = bytes[kWriteVersionAt] != 1;
  return std::optional(header);
}

}  // namespace mapisync::sqlite
