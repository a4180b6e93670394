// Writes a structure. Values; one thread at a time.
//
// Remembers its first failure (a count that does not fit its field, a value of the wrong kind), so that an encoder
// writes all and asks once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/little_endian.h"

namespace mapisync::wire {

class ByteWriter {
 public:
  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u16(std::uint16_t value) { append_le(out_, value); }
  void u32(std::uint32_t value) { append_le(out_, value); }
  void u64(std::uint64_t value) { append_le(out_, value); }
  void i32(std::int32_t value) { append_le(out_, static_cast<std::uint32_t>(value)); }
  void big_endian48(std::uint64_t value);
  void guid(const Guid& guid) { out_.append(reinterpret_cast<const char*>(guid.data()), guid.size()); }
  void bytes(BytesView bytes) { out_.append(bytes); }
  void zeros(std::size_t count) { out_.append(count, '\0'); }
  /// With a closing NUL; a NUL within is refused.
  void narrow_text(BytesView text);
  /// UTF-8 in, UTF-16 with a closing NUL out; a NUL within is refused.
  void wide_text(std::string_view utf8);
  /// Sizes and counts that must fit.
  void count8(std::size_t count);
  void count16(std::size_t count);
  void count32(std::size_t count);

  std::size_t size() const noexcept { return out_.size(); }
  void refuse(const char* why) noexcept {
    if (why_ == nullptr) why_ = why;
  }
  bool ok() const noexcept { return why_ == nullptr; }
  /// The bytes, or Errc::invalid_argument that names `what` was written and why it cannot be.
  Result<Bytes> take(std::string_view what);

 private:
  Bytes out_;
  const char* why_{nullptr};
};

}  // namespace mapisync::wire
