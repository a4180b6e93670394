// A trace in memory. One thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "providers/trace/byte_stream.h"

namespace mapisync::trace::test {

class MemoryTrace final : public ByteSink {
 public:
  Result<void> append(BytesView bytes) override {
    if (bytes_.size() + bytes.size() > room_) {
      return fail(Errc::store_full, Scope::process, Retry::never, "no room for the trace");
    }
    bytes_ += bytes;
    return success();
  }
  const Bytes& bytes() const noexcept { return bytes_; }
  void set_room(std::size_t room) noexcept { room_ = room; }

 private:
  Bytes bytes_;
  std::size_t room_{std::size_t{1} << 40U};
};

/// Hands it out in pieces, as files do.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(Bytes bytes, std::size_t piece = 4096) : bytes_(std::move(bytes)), piece_(piece) {}
  Result<Bytes> read(std::size_t max) override {
    Bytes out = bytes_.substr(at_, std::min(max, piece_));
    at_ += out.size();
    return out;
  }

 private:
  Bytes bytes_;
  std::size_t piece_;
  std::size_t at_{0};
};

}  // namespace mapisync::trace::test
