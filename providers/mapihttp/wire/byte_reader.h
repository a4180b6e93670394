// Reads a structure out of bytes that nobody vouches for. Values; one thread at a time.
//
// The reader remembers its first failure: from then on every read yields zero or nothing, so that a decoder reads all
// its fields and asks once. A loop over a count from outside must look at ok() in each turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/property.h"

namespace mapisync::wire {

/// Errc::malformed. The codecs do not know whose bytes these are; who does may widen or narrow scope and retry.
Failure malformed(std::string context);

class ByteReader {
 public:
  explicit ByteReader(BytesView bytes) noexcept : bytes_(bytes) {}

  std::uint8_t u8() noexcept { return number<std::uint8_t>(); }
  std::uint16_t u16() noexcept { return number<std::uint16_t>(); }
  std::uint32_t u32() noexcept { return number<std::uint32_t>(); }
  std::uint64_t u64() noexcept { return number<std::uint64_t>(); }
  std::int32_t i32() noexcept { return static_cast<std::int32_t>(number<std::uint32_t>()); }
  std::uint64_t big_endian48() noexcept;
  Guid guid() noexcept;
  /// A view into the bytes given; empty after a failure.
  BytesView bytes(std::size_t count) noexcept;
  /// Up to the closing NUL, which is read and left out. Wide: units of two bytes.
  BytesView narrow_text() noexcept;
  BytesView wide_text() noexcept;
  BytesView rest() noexcept { return bytes(left()); }

  std::size_t at() const noexcept { return at_; }
  std::size_t left() const noexcept { return bytes_.size() - at_; }
  std::uint8_t peek() const noexcept { return left() == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(bytes_[at_]); }
  BytesView whole() const noexcept { return bytes_; }

  bool ok() const noexcept { return why_ == nullptr; }
  /// What was read has no meaning. `why` is a literal.
  void refuse(const char* why) noexcept;
  /// Around what may hold its own kind: refuses what is nested too deeply (limits::kRestrictionDepthMax).
  void enter() noexcept;
  void leave() noexcept { --depth_; }
  /// The failure, if there was one; names `what` was read, why and where.
  Result<void> verdict(std::string_view what) const;
  /// The same, and that nothing is left over.
  Result<void> end_of(std::string_view what) const;

 private:
  template <class T>
  T number() noexcept;

  BytesView bytes_;
  std::size_t at_{0};
  const char* why_{nullptr};
  std::size_t where_{0};
  std::size_t depth_{0};
};

}  // namespace mapisync::wire
