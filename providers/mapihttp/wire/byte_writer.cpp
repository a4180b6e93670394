#include "providers/mapihttp/wire/byte_writer.h"

#include <limits>

#include "providers/mapihttp/wire/text.h"

namespace mapisync::wire {

void ByteWriter::big_endian48(std::uint64_t value) {
  if (value >> 48 != 0) refuse("a counter has more than 48 bits");
  for (int shift = 40; shift >= 0; shift -= 8) u8(static_cast<std::uint8_t>((value >> shift) & 0xFF));
}

void ByteWriter::narrow_text(BytesView text) {
  if (text.find('\0') != BytesView::npos) refuse("a text has a NUL in it");
  bytes(text);
  u8(0);
}

void ByteWriter::wide_text(std::string_view utf8) {
  if (utf8.find('\0') != std::string_view::npos) refuse("a text has a NUL in it");
  append_utf16(utf8, out_);
  u16(0);
}

void ByteWriter::count8(std::size_t count) {
  if (count > std::numeric_limits<std::uint8_t>::max()) refuse("a count does not fit 8 bits");
  u8(static_cast<std::uint8_t>(count));
}

void ByteWriter::count16(std::size_t count) {
  if (count > std::numeric_limits<std::uint16_t>::max()) refuse("a count does not fit 16 bits");
  u16(static_cast<std::uint16_t>(count));
}

void ByteWriter::count32(std::size_t count) {
  if (count > std::numeric_limits<std::uint32_t>::max()) refuse("a count does not fit 32 bits");
  u32(static_cast<std::uint32_t>(count));
}

Result<Bytes> ByteWriter::take(std::string_view what) {
  if (ok()) return std::move(out_);
  return fail(Errc::invalid_argument, Scope::folder, Retry::never, std::string(what) + " cannot be written: " + why_);
}

}  // namespace mapisync::wire
