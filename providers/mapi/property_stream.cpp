#include "providers/mapi/property_stream.h"

#include <algorithm>
#include <limits>
#include <string>

namespace mapisync::mapi {
namespace {

constexpr ULONG kPiece = 64U << 10U;

std::uint16_t port_type(std::uint16_t type) {
  return type == pt::kUnicode || type == pt::kString8 ? pt::kUnicode : pt::kBinary;
}

}  // namespace

PropertyStream::PropertyStream(PropertyTarget& target, PropertyTag tag, std::optional<PropertyName> name)
    : ComObject(target.run_->runtime),
      target_(&target),
      keep_(ComPtr<IUnknown>::share(&target.owner_)),
      tag_(tag_with_type(tag, port_type(type_of(tag)))),
      source_type_(type_of(tag)),
      name_(std::move(name)) {
  target.streams_.push_back(this);
}

PropertyStream* PropertyStream::make(PropertyTarget& target, PropertyTag tag, std::optional<PropertyName> name) {
  return new PropertyStream(target, tag, std::move(name));
}

void PropertyStream::detach() noexcept {
  if (target_ == nullptr) return;
  std::erase(target_->streams_, this);
  target_ = nullptr;
  value_.reset();
}

HRESULT PropertyStream::begin() {
  if (target_ == nullptr || target_->run().closed() || target_->receiver_ == nullptr) return hr::kObjectDeleted;
  if (value_) return hr::kOk;
  auto opened = target_->receiver_->open_stream(tag_, name_, size_hint_);
  if (!opened) return target_->run().refused(opened.error());
  value_ = std::move(opened).value();
  return hr::kOk;
}

HRESULT PropertyStream::write_piece(BytesView piece) {
  if (piece.empty()) return hr::kOk;
  const Result<void> written = value_->write(piece);
  return written ? hr::kOk : target_->run().refused(written.error());
}

HRESULT PropertyStream::finish() {
  if (target_ == nullptr) return hr::kOk;
  HRESULT code = begin();  // also an empty value is one
  if (code == hr::kOk && source_type_ == pt::kUnicode) {
    std::string rest;
    decoder_.finish(rest);
    code = write_piece(rest);
  }
  if (code == hr::kOk) {
    const Result<void> committed = value_->commit();
    if (!committed) code = target_->run().refused(committed.error());
  }
  detach();
  return code;
}

void PropertyStream::last_reference_gone() noexcept {
  // A failure is in the run, where the message looks before it is saved.
  if (target_ != nullptr) static_cast<void>(guarded_in(target_->run(), [this] { return finish(); }));
  detach();
  delete this;
}

HRESULT PropertyStream::Write(const void* data, ULONG size, ULONG* done) noexcept {
  if (done != nullptr) *done = 0;
  if (data == nullptr && size != 0) return hr::kInvalidArgument;
  if (target_ == nullptr) return hr::kObjectDeleted;
  return guarded_in(target_->run(), [&] {
    HRESULT code = begin();
    BytesView rest(static_cast<const char*>(data), size);
    while (code == hr::kOk && !rest.empty()) {
      const BytesView piece = rest.substr(0, kPiece);
      std::string text;
      if (source_type_ == pt::kUnicode) decoder_.append(piece, text);
      if (source_type_ == pt::kString8) text = utf8_of_ansi(piece);
      code = write_piece(tag_ == tag_with_type(tag_, pt::kUnicode) ? BytesView(text) : piece);
      rest.remove_prefix(piece.size());
    }
    if (code != hr::kOk) return code;
    written_ += size;
    if (done != nullptr) *done = size;
    return hr::kOk;
  });
}

HRESULT PropertyStream::Read(void*, ULONG, ULONG* done) noexcept {
  if (done != nullptr) *done = 0;
  return hr::kStreamAccessDenied;
}

HRESULT PropertyStream::Seek(std::int64_t move, std::uint32_t origin, std::uint64_t* position) noexcept {
  // To where it stands already: callers ask for the position that way, or make sure of the beginning.
  const auto here =
      static_cast<std::int64_t>(std::min<std::uint64_t>(written_, std::numeric_limits<std::int64_t>::max()));
  const bool stays = (origin == flag::kSeekSet && move == here) || (origin != flag::kSeekSet && move == 0);
  if (origin > flag::kSeekEnd || !stays) return hr::kStreamInvalidFunction;
  if (position != nullptr) *position = written_;
  return hr::kOk;
}

HRESULT PropertyStream::SetSize(std::uint64_t size) noexcept {
  if (size < written_) return hr::kStreamInvalidFunction;
  size_hint_ =
      source_type_ == pt::kUnicode ? size / 2 : size;  // a hint in the port's own bytes; ASCII is the likely case
  return hr::kOk;
}

HRESULT PropertyStream::CopyTo(IStream*, std::uint64_t, std::uint64_t* read, std::uint64_t* written) noexcept {
  if (read != nullptr) *read = 0;
  if (written != nullptr) *written = 0;
  return hr::kStreamAccessDenied;
}

HRESULT PropertyStream::Commit(std::uint32_t) noexcept { return target_ == nullptr ? hr::kObjectDeleted : hr::kOk; }
HRESULT PropertyStream::Revert() noexcept { return written_ == 0 ? hr::kOk : hr::kStreamInvalidFunction; }
HRESULT PropertyStream::LockRegion(std::uint64_t, std::uint64_t, std::uint32_t) noexcept {
  return hr::kStreamInvalidFunction;
}
HRESULT PropertyStream::UnlockRegion(std::uint64_t, std::uint64_t, std::uint32_t) noexcept {
  return hr::kStreamInvalidFunction;
}

HRESULT PropertyStream::Stat(STATSTG* stat, std::uint32_t) noexcept {
  if (stat == nullptr) return hr::kInvalidArgument;
  *stat = STATSTG{};
  stat->type = flag::kStreamType;
  stat->cbSize = written_;
  stat->grfMode = 1;  // STGM_WRITE
  return hr::kOk;
}

HRESULT PropertyStream::Clone(IStream** clone) noexcept {
  if (clone == nullptr) return hr::kInvalidArgument;
  *clone = nullptr;
  return hr::kNoSupport;
}

}  // namespace mapisync::mapi
