// Appends records to a trace. One thread.
//
// A record is its length (LEB128), its kind, its bytes, and four bytes that check it and everything before it. Nothing
// that was written is ever changed: whatever ends the process leaves a readable beginning.
#pragma once

#include <optional>

#include "providers/trace/byte_stream.h"
#include "providers/trace/format.h"
#include "providers/trace/packer.h"

namespace mapisync::trace {

class RecordWriter {
 public:
  /// `out` is borrowed.
  explicit RecordWriter(ByteSink& out);

  /// After the first failure nothing is written any more. A record may wait in memory until flush().
  void put(Kind kind, const Packer& payload);
  void flush();
  const std::optional<Failure>& failure() const noexcept { return failure_; }
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  ByteSink& out_;
  Bytes waiting_;
  std::uint64_t check_;
  std::uint64_t bytes_{0};
  std::optional<Failure> failure_;
};

/// The check of a record, of the one before it and its own bytes.
std::uint64_t next_check(std::uint64_t before, Kind kind, BytesView payload) noexcept;
inline constexpr std::uint64_t kFirstCheck = 0x6d617069'73796e63ULL;

}  // namespace mapisync::trace
