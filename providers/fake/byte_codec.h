// Bounded reading and plain writing of the fake's own binary formats: little-endian numbers, length before bytes.
// Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/bytes.h"

namespace mapisync::fake {

class ByteWriter {
 public:
  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u32(std::uint32_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  /// Seven bits a byte, the least first: short for what is small.
  void compact(std::uint64_t value) {
    for (; value > 0x7f; value >>= 7U) out_.push_back(static_cast<char>(value | 0x80U));
    out_.push_back(static_cast<char>(value));
  }
  void bytes(BytesView value) {
    u64(value.size());
    out_.append(value);
  }
  Bytes take() { return std::move(out_); }
  const Bytes& view() const noexcept { return out_; }

 private:
  void number(std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) out_.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
  }
  Bytes out_;
};

/// Reads what may be anything. The first thing that does not fit makes the reader bad, for good: numbers are then 0 and
/// strings empty, and the caller asks once, at the end.
class ByteReader {
 public:
  explicit ByteReader(BytesView bytes) : rest_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  std::uint64_t compact();
  BytesView bytes();
  /// How many elements follow, each at least `least` bytes long: a count that cannot be true is refused before
  /// anything is allocated for it.
  std::size_t count(std::size_t least);

  void fail() noexcept { good_ = false; }
  bool good() const noexcept { return good_; }
  bool done() const noexcept { return good_ && rest_.empty(); }
  std::size_t left() const noexcept { return rest_.size(); }

 private:
  std::uint64_t number(std::size_t width);
  BytesView rest_;
  bool good_{true};
};

}  // namespace mapisync::fake
