// Reads the records of a trace, one at a time. What is no trace, or was changed, is Errc::malformed; one of a later
// version Errc::store_too_new. Memory is bounded by kRecordBytesMax, whatever the bytes claim. One thread.
#pragma once

#include <optional>

#include "providers/trace/byte_stream.h"
#include "providers/trace/format.h"
#include "providers/trace/packer.h"

namespace mapisync::trace {

struct Record {
  Kind kind{};
  Bytes payload;
};

class RecordReader {
 public:
  /// `in` is borrowed.
  explicit RecordReader(ByteSource& in);

  /// The next record without taking it; null: there is none, since the trace ends here, maybe within a record.
  Result<const Record*> peek();
  /// Takes it; absent: the end.
  Result<std::optional<Record>> next();
  /// The last bytes are the beginning of a record: the process that wrote it, or a copy of it, was cut off.
  bool cut_off() const noexcept { return cut_off_; }
  std::uint64_t records() const noexcept { return records_; }

 private:
  Result<void> open();
  Result<std::optional<Record>> read();
  /// At least `count` bytes are in buffer_, or the end is reached: false.
  Result<bool> have(std::size_t count);
  Result<std::optional<std::uint64_t>> length();
  Failure damaged(const std::string& why) const;

  ByteSource& in_;
  Bytes buffer_;
  std::size_t at_{0};    // of buffer_
  std::size_t head_{0};  // bytes of the length read last
  std::uint64_t offset_{0};
  std::uint64_t check_;
  std::uint64_t records_{0};
  std::optional<Record> peeked_;
  std::optional<Failure> failure_;
  bool opened_{false}, ended_{false}, cut_off_{false};
};

}  // namespace mapisync::trace
