// The IStream that a large value is written to: forward only, into a ValueStream of the port. Whatever was written when
// the stream is released, or its object saved, is the value: whether the message is whole is decided by the message.
// One caller at a time.
#pragma once

#include <memory>
#include <optional>

#include "providers/mapi/com_object.h"
#include "providers/mapi/com_ptr.h"
#include "providers/mapi/property_target.h"
#include "providers/mapi/text_codec.h"

namespace mapisync::mapi {

class PropertyStream final : public ComObject<IStream, ISequentialStream> {
 public:
  static PropertyStream* make(PropertyTarget& target, PropertyTag tag, std::optional<PropertyName> name);

  /// Ends the value; nothing can be written afterwards. A failure is recorded in the run as well.
  HRESULT finish();
  /// The target goes: the value with it.
  void detach() noexcept;

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
  ~PropertyStream() = default;

 private:
  PropertyStream(PropertyTarget& target, PropertyTag tag, std::optional<PropertyName> name);
  void last_reference_gone() noexcept override;
  HRESULT begin();  // the first write: only now the size is known, if it is told at all
  HRESULT write_piece(BytesView piece);

  PropertyTarget* target_;     // null: finished or detached
  ComPtr<IUnknown> keep_;      // the target's object
  PropertyTag tag_;            // PT_UNICODE or PT_BINARY
  std::uint16_t source_type_;  // also PT_STRING8
  std::optional<PropertyName> name_;
  std::uint64_t size_hint_{0};
  std::uint64_t written_{0};
  Utf16Decoder decoder_;
  std::unique_ptr<ValueStream> value_;
};

}  // namespace mapisync::mapi
