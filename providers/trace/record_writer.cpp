#include "providers/trace/record_writer.h"

#include <utility>

namespace mapisync::trace {

namespace {
constexpr std::size_t kWaitingMax = 64U << 10U;
}

std::uint64_t next_check(std::uint64_t before, Kind kind, BytesView payload) noexcept {
  const char one = static_cast<char>(kind);
  return digest64(payload, digest64(BytesView(&one, 1), before));
}

RecordWriter::RecordWriter(ByteSink& out) : out_(out), check_(kFirstCheck) {
  waiting_ = kMagic;
  waiting_.push_back(static_cast<char>(kFormatVersion));
}

void RecordWriter::put(Kind kind, const Packer& payload) {
  if (failure_) return;
  if (!payload.fits()) {
    failure_ = fail(Errc::too_big, Scope::process, Retry::never, "what was said in one call is too large for a trace");
    return;
  }
  const BytesView bytes = payload.bytes();
  std::uint64_t length = bytes.size();
  for (; length >= 0x80U; length >>= 7U) waiting_.push_back(static_cast<char>((length & 0x7fU) | 0x80U));
  waiting_.push_back(static_cast<char>(length));
  waiting_.push_back(static_cast<char>(kind));
  waiting_ += bytes;
  check_ = next_check(check_, kind, bytes);
  for (unsigned shift = 0; shift < 32; shift += 8) waiting_.push_back(static_cast<char>((check_ >> shift) & 0xffU));
  if (waiting_.size() >= kWaitingMax) flush();
}

void RecordWriter::flush() {
  if (failure_ || waiting_.empty()) return;
  if (auto written = out_.append(waiting_); !written) {
    failure_ = written.error();
    waiting_ = {};
    return;
  }
  bytes_ += waiting_.size();
  waiting_.clear();
}

}  // namespace mapisync::trace
