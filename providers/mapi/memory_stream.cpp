#include "providers/mapi/memory_stream.h"

#include <algorithm>
#include <cstring>

namespace mapisync::mapi {

ComPtr<MemoryStream> MemoryStream::make(const Runtime& runtime, Bytes content) {
  return ComPtr<MemoryStream>::adopt(new MemoryStream(runtime, std::move(content)));
}

HRESULT MemoryStream::Read(void* data, ULONG size, ULONG* done) noexcept {
  if (done != nullptr) *done = 0;
  if (data == nullptr && size != 0) return hr::kInvalidArgument;
  if (position_ >= content_.size() || size == 0) return hr::kOk;
  const auto length = std::min<std::uint64_t>(size, content_.size() - position_);
  std::memcpy(data, content_.data() + position_, static_cast<std::size_t>(length));
  position_ += length;
  if (done != nullptr) *done = static_cast<ULONG>(length);
  return hr::kOk;
}

HRESULT MemoryStream::Write(const void* data, ULONG size, ULONG* done) noexcept {
  if (done != nullptr) *done = 0;
  if (data == nullptr && size != 0) return hr::kInvalidArgument;
  if (position_ + size > limits::kStateBytesMax) return hr::kStreamFull;
  return guarded([&]() -> HRESULT {
    if (size == 0) return hr::kOk;
    if (content_.size() < position_ + size) content_.resize(static_cast<std::size_t>(position_ + size));
    std::memcpy(content_.data() + position_, data, size);
    position_ += size;
    if (done != nullptr) *done = size;
    return hr::kOk;
  });
}

HRESULT MemoryStream::Seek(std::int64_t move, std::uint32_t origin, std::uint64_t* position) noexcept {
  if (origin > flag::kSeekEnd) return hr::kStreamInvalidFunction;
  const std::uint64_t from = origin == flag::kSeekSet ? 0 : origin == flag::kSeekCurrent ? position_ : content_.size();
  constexpr auto kMax = static_cast<std::int64_t>(limits::kStateBytesMax);
  if (move > kMax || move < -kMax) return hr::kStreamInvalidFunction;
  const std::int64_t target = static_cast<std::int64_t>(from) + move;
  if (target < 0 || target > kMax) return hr::kStreamInvalidFunction;
  position_ = static_cast<std::uint64_t>(target);
  if (position != nullptr) *position = position_;
  return hr::kOk;
}

HRESULT MemoryStream::SetSize(std::uint64_t size) noexcept {
  if (size > limits::kStateBytesMax) return hr::kStreamFull;
  return guarded([&] {
    content_.resize(static_cast<std::size_t>(size));
    return hr::kOk;
  });
}

HRESULT MemoryStream::CopyTo(IStream* target, std::uint64_t size, std::uint64_t* read,
                             std::uint64_t* written) noexcept {
  if (read != nullptr) *read = 0;
  if (written != nullptr) *written = 0;
  if (target == nullptr || target == this) return hr::kInvalidArgument;
  const std::uint64_t left = position_ < content_.size() ? content_.size() - position_ : 0;
  const auto length = static_cast<ULONG>(std::min<std::uint64_t>(size, left));
  ULONG done = 0;
  const HRESULT code = length == 0 ? hr::kOk : target->Write(content_.data() + position_, length, &done);
  if (!succeeded(code)) return code;
  position_ += done;
  if (read != nullptr) *read = done;
  if (written != nullptr) *written = done;
  return hr::kOk;
}

HRESULT MemoryStream::Commit(std::uint32_t /*flags*/) noexcept { return hr::kOk; }
HRESULT MemoryStream::Revert() noexcept { return hr::kOk; }  // nothing is held back that could be taken back
HRESULT MemoryStream::LockRegion(std::uint64_t, std::uint64_t, std::uint32_t) noexcept {
  return hr::kStreamInvalidFunction;
}
HRESULT MemoryStream::UnlockRegion(std::uint64_t, std::uint64_t, std::uint32_t) noexcept {
  return hr::kStreamInvalidFunction;
}

HRESULT MemoryStream::Stat(STATSTG* stat, std::uint32_t /*flags*/) noexcept {
  if (stat == nullptr) return hr::kInvalidArgument;
  *stat = STATSTG{};
  stat->type = flag::kStreamType;
  stat->cbSize = content_.size();
  return hr::kOk;
}

HRESULT MemoryStream::Clone(IStream** clone) noexcept {
  if (clone == nullptr) return hr::kInvalidArgument;
  *clone = nullptr;
  return hr::kNoSupport;
}

}  // namespace mapisync::mapi
