#include "providers/mapihttp/wire/byte_reader.h"

#include <algorithm>
#include <string>

#include "providers/mapihttp/wire/limits.h"
#include "providers/mapihttp/wire/little_endian.h"

namespace mapisync::wire {

Failure malformed(std::string context) {
  return fail(Errc::malformed, Scope::folder, Retry::later, std::move(context));
}

template <class T>
T ByteReader::number() noexcept {
  const BytesView raw = bytes(sizeof(T));
  return raw.size() == sizeof(T) ? load_le<T>(raw.data()) : T{0};
}

template std::uint8_t ByteReader::number() noexcept;
template std::uint16_t ByteReader::number() noexcept;
template std::uint32_t ByteReader::number() noexcept;
template std::uint64_t ByteReader::number() noexcept;

BytesView ByteReader::bytes(std::size_t count) noexcept {
  if (!ok()) return {};
  if (count > left()) {
    refuse("it ends too early");
    return {};
  }
  const BytesView view = bytes_.substr(at_, count);
  at_ += count;
  return view;
}

std::uint64_t ByteReader::big_endian48() noexcept {
  std::uint64_t value = 0;
  for (const char c : bytes(6)) value = (value << 8) | static_cast<unsigned char>(c);
  return value;
}

Guid ByteReader::guid() noexcept {
  Guid guid{};
  const BytesView raw = bytes(guid.size());
  std::copy(raw.begin(), raw.end(), guid.begin());
  return guid;
}

BytesView ByteReader::narrow_text() noexcept {
  if (!ok()) return {};
  const std::size_t end = bytes_.find('\0', at_);
  if (end == BytesView::npos) {
    refuse("a text has no end");
    return {};
  }
  const BytesView text = bytes(end - at_);
  bytes(1);
  return text;
}

BytesView ByteReader::wide_text() noexcept {
  if (!ok()) return {};
  std::size_t end = at_;
  while (end + 2 <= bytes_.size() && (bytes_[end] != '\0' || bytes_[end + 1] != '\0')) end += 2;
  if (end + 2 > bytes_.size()) {
    refuse("a text has no end");
    return {};
  }
  const BytesView text = bytes(end - at_);
  bytes(2);
  return text;
}

void ByteReader::refuse(const char* why) noexcept {
  if (!ok()) return;
  why_ = why;
  where_ = at_;
}

void ByteReader::enter() noexcept {
  if (++depth_ > limits::kRestrictionDepthMax) refuse("it is nested too deeply");
}

Result<void> ByteReader::verdict(std::string_view what) const {
  if (ok()) return success();
  return malformed(std::string(what) + ": " + why_ + " (at byte " + std::to_string(where_) + " of " +
                   std::to_string(bytes_.size()) + ")");
}

Result<void> ByteReader::end_of(std::string_view what) const {
  MAPISYNC_TRYV(verdict(what));
  if (left() == 0) return success();
  return malformed(std::string(what) + ": " + std::to_string(left()) + " bytes too many");
}

}  // namespace mapisync::wire
