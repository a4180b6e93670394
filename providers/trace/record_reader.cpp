#include "providers/trace/record_reader.h"

#include <utility>

#include "providers/trace/record_writer.h"

namespace mapisync::trace {

namespace {
constexpr std::size_t kReadBytes = 64U << 10U;
constexpr std::size_t kCheckBytes = 4;
}  // namespace

RecordReader::RecordReader(ByteSource& in) : in_(in), check_(kFirstCheck) {}

Failure RecordReader::damaged(const std::string& why) const {
  return malformed("the trace is damaged at byte " + std::to_string(offset_) + ": " + why +
                   "; take another copy of it");
}

Result<bool> RecordReader::have(std::size_t count) {
  if (at_ > kReadBytes) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  // Grows with what is really there, not with what a length claims.
  while (buffer_.size() - at_ < count) {
    MAPISYNC_TRY(more, in_.read(kReadBytes));
    if (more.empty()) return false;
    buffer_ += more;
  }
  return true;
}

Result<void> RecordReader::open() {
  opened_ = true;
  const std::size_t size = kMagic.size() + 1;
  MAPISYNC_TRY(whole, have(size));
  const BytesView begin = BytesView(buffer_).substr(0, kMagic.size());
  if (begin != kMagic.substr(0, begin.size()) || begin.empty()) {
    return malformed("this is no trace of mapisync; 'mapisync sync --record FILE' makes one");
  }
  if (!whole) return malformed("the trace ends before it begins; nothing was recorded");
  const auto version = static_cast<unsigned char>(buffer_[kMagic.size()]);
  if (version > kFormatVersion) {
    return fail(Errc::store_too_new, Scope::process, Retry::never,
                "the trace has format " + std::to_string(version) + ", this mapisync reads up to " +
                    std::to_string(kFormatVersion) + "; take the version that wrote it");
  }
  at_ = size;
  offset_ = size;
  if (version == 0) return damaged("there is no format 0");
  return success();
}

Result<std::optional<std::uint64_t>> RecordReader::length() {
  std::uint64_t value = 0;
  head_ = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    MAPISYNC_TRY(there, have(1));
    if (!there) {
      cut_off_ = shift > 0;
      return std::optional<std::uint64_t>();
    }
    const auto byte = static_cast<unsigned char>(buffer_[at_++]);
    ++head_;
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0) {
      if (value > kRecordBytesMax) return damaged("a record of " + std::to_string(value) + " bytes");
      return std::optional(value);
    }
  }
  return damaged("a length without end");
}

Result<std::optional<Record>> RecordReader::read() {
  if (!opened_) MAPISYNC_TRYV(open());
  MAPISYNC_TRY(size, length());
  if (!size) return std::optional<Record>();
  const auto payload = static_cast<std::size_t>(*size);
  MAPISYNC_TRY(whole, have(1 + payload + kCheckBytes));
  if (!whole) {
    cut_off_ = true;
    return std::optional<Record>();
  }
  Record record;
  record.kind = static_cast<Kind>(static_cast<unsigned char>(buffer_[at_]));
  record.payload = buffer_.substr(at_ + 1, payload);
  check_ = next_check(check_, record.kind, record.payload);
  const std::size_t check_at = at_ + 1 + payload;
  for (std::size_t i = 0; i < kCheckBytes; ++i) {
    if (static_cast<unsigned char>(buffer_[check_at + i]) != ((check_ >> (i * 8)) & 0xffU)) {
      return damaged("the check of a record does not fit its bytes");
    }
  }
  at_ = check_at + kCheckBytes;
  offset_ += head_ + 1 + payload + kCheckBytes;
  ++records_;
  return std::optional(std::move(record));
}

Result<const Record*> RecordReader::peek() {
  if (failure_) return *failure_;
  if (!peeked_ && !ended_) {
    auto record = read();
    if (!record) {
      failure_ = record.error();
      return *failure_;
    }
    peeked_ = std::move(record).value();
    ended_ = !peeked_;
  }
  return static_cast<const Record*>(peeked_ ? &*peeked_ : nullptr);
}

Result<std::optional<Record>> RecordReader::next() {
  MAPISYNC_TRY(record, peek());
  if (record == nullptr) return std::optional<Record>();
  return std::exchange(peeked_, std::nullopt);
}

}  // namespace mapisync::trace
