#include "providers/fake/byte_codec.h"

namespace mapisync::fake {

std::uint64_t ByteReader::number(std::size_t width) {
  if (!good_ || rest_.size() < width) {
    good_ = false;
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(rest_[i])) << (8 * i);
  }
  rest_.remove_prefix(width);
  return value;
}

std::uint64_t ByteReader::compact() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint64_t byte = u8();
    if (shift == 63 && byte > 1) fail();
    value |= (byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) return good_ ? value : 0;
  }
  fail();
  return 0;
}

BytesView ByteReader::bytes() {
  const std::uint64_t size = u64();
  if (!good_ || size > rest_.size()) {
    good_ = false;
    return {};
  }
  const BytesView value = rest_.substr(0, static_cast<std::size_t>(size));
  rest_.remove_prefix(static_cast<std::size_t>(size));
  return value;
}

std::size_t ByteReader::count(std::size_t least) {
  const std::uint64_t value = u64();
  if (!good_ || value > rest_.size() / least) {
    good_ = false;
    return 0;
  }
  return static_cast<std::size_t>(value);
}

}  // namespace mapisync::fake
