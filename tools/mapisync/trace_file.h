// Traces in files. One caller at a time.
#pragma once

#include <string>

#include "engine/base/log.h"
#include "providers/trace/byte_stream.h"

namespace mapisync::cli {

/// A trace that is being recorded: readable by its owner only, and in the place of no other file.
class TraceFile final : public trace::ByteSink {
 public:
  /// Errc::store_read_only where it cannot be made, a file of that name included. `log` gets a warning when writing
  /// fails, at once.
  static Result<TraceFile> create(const std::string& path, Log log);
  TraceFile(TraceFile&& other) noexcept;
  TraceFile& operator=(TraceFile&&) = delete;
  ~TraceFile() override;  // an empty one is removed

  Result<void> append(BytesView bytes) override;
  /// It survives a power failure.
  Result<void> sync();

 private:
  TraceFile(int fd, std::string path, Log log);
  Failure failed(int error);

  int fd_;
  std::string path_;
  Log log_;
  bool empty_{true};
};

class TraceInput final : public trace::ByteSource {
 public:
  /// A regular file. Errc::missing_file, permission, malformed, io_error.
  static Result<TraceInput> open(const std::string& path);
  TraceInput(TraceInput&& other) noexcept;
  TraceInput& operator=(TraceInput&&) = delete;
  ~TraceInput() override;

  Result<Bytes> read(std::size_t max) override;

 private:
  TraceInput(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_;
  std::string path_;
};

}  // namespace mapisync::cli
