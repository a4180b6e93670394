// Reading files that may be anything. One caller at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync::mime {

/// An open regular file, read from the beginning. Closed with the object.
class InputFile {
 public:
  /// Errc::missing_file, permission, io_error or, for what is no regular file (a pipe is never waited for),
  /// invalid_argument; the context names the file and what to do.
  static Result<InputFile> open(const std::string& path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  std::uint64_t size() const noexcept { return size_; }
  /// Up to `length` further bytes; empty = the end.
  Result<Bytes> read(std::size_t length);
  /// From here to the end. A file that grows beyond `bytes_max` meanwhile is Errc::too_big.
  Result<Bytes> read_all(std::size_t bytes_max);

 private:
  InputFile(int descriptor, std::uint64_t size, std::string path)
      : descriptor_(descriptor), size_(size), path_(std::move(path)) {}
  int descriptor_;
  std::uint64_t size_;
  std::string path_;
};

/// The failure for an errno of the system, with the file's name and the remedy.
Failure file_failure(int error, const std::string& path);
/// The name as it may be shown: valid UTF-8, no control characters.
std::string shown_path(const std::string& path);

}  // namespace mapisync::mime
