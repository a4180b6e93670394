// A seekable IStream over bytes in memory: how a synchronization state goes in and comes out. One caller at a time.
#pragma once

#include "engine/base/bytes.h"
#include "providers/mapi/com_object.h"
#include "providers/mapi/com_ptr.h"

namespace mapisync::mapi {

class MemoryStream final : public ComObject<IStream, ISequentialStream> {
 public:
  /// Grows to limits::kStateBytesMax.
  static ComPtr<MemoryStream> make(const Runtime& runtime, Bytes content);
  const Bytes& content() const noexcept { return content_; }

  HRESULT MAPISYNC_STDCALL Read(void* data, ULONG size, ULONG* done) noexcept override;
  HRESULT MAPISYNC_STDCALL Write(const void* data, ULONG size, ULONG* done) noexcept override;
  HRESULT MAPISYNC_STDCALL Seek(std::int64_t move, std::uint32_t origin, std::uint64_t* position) noexcept override;
  HRESULT MAPISYNC_STDCALL SetSize(std::uint64_t size) noexcept override;
  HRESULT MAPISYNC_STDCALL CopyTo(IStream* target, std::uint64_t size, std::uint64_t* read,
                                  std::uint64_t* written) noexcept override;
  HRESULT MAPISYNC_STDCALL Commit(std::uint32_t flags) noexcept override;
  HRESULT MAPISYNC_STDCALL Revert() noexcept override;
  HRESULT MAPISYNC_STDCALL LockRegion(std::uint64_t offset, std::uint64_t size, std::uint32_t type) noexcept override;
  HRESULT MAPISYNC_STDCALL UnlockRegion(std::uint64_t offset, std::uint64_t size, std::uint32_t type) noexcept override;
  HRESULT MAPISYNC_STDCALL Stat(STATSTG* stat, std::uint32_t flags) noexcept override;
  HRESULT MAPISYNC_STDCALL Clone(IStream** clone) noexcept override;

 protected:
  ~MemoryStream() = default;

 private:
  MemoryStream(const Runtime& runtime, Bytes content) : ComObject(runtime), content_(std::move(content)) {}
  void last_reference_gone() noexcept override { delete this; }

  Bytes content_;
  std::uint64_t position_{0};
};

}  // namespace mapisync::mapi
