// What our own COM objects share: one reference count, one way to be asked for interfaces, one way to keep exceptions
// in.
#pragma once

#include <atomic>
#include <exception>
#include <new>

#include "providers/mapi/com_interfaces.h"
#include "providers/mapi/mapi_runtime.h"

namespace mapisync::mapi {

/// Runs the body of a COM method; whatever is thrown in it becomes a code.
template <class Body>
HRESULT guarded(const Body& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return hr::kOutOfMemory;
  } catch (...) {
    return hr::kCallFailed;
  }
}

/// `Interface` by its own id, by those of `Bases`, and as IUnknown. Starts with one reference, the caller's; dies with
/// the last one. References may be counted on any thread; everything else is for one caller at a time.
template <class Interface, class... Bases>
class ComObject : public Interface {
 public:
  explicit ComObject(Runtime runtime) : runtime_(std::move(runtime)) { ++runtime_->live_objects; }
  ComObject(const ComObject&) = delete;
  ComObject& operator=(const ComObject&) = delete;

  HRESULT MAPISYNC_STDCALL QueryInterface(const IID* riid, void** object) noexcept override {
    if (object == nullptr) return hr::kInvalidArgument;
    *object = nullptr;
    if (riid == nullptr) return hr::kInvalidArgument;
    const bool known = *riid == IUnknown::kIid || *riid == Interface::kIid || (... || (*riid == Bases::kIid));
    if (!known) return hr::kNoInterface;
    AddRef();
    *object = static_cast<Interface*>(this);  // single inheritance: one pointer for all of them
    return hr::kOk;
  }
  ULONG MAPISYNC_STDCALL AddRef() noexcept override { return ++references_; }
  ULONG MAPISYNC_STDCALL Release() noexcept override {
    const ULONG left = --references_;
    if (left == 0) last_reference_gone();
    return left;
  }

 protected:
  ~ComObject() { --runtime_->live_objects; }
  /// Deletes the object: it knows its own type, and no destructor of ours is virtual.
  virtual void last_reference_gone() noexcept = 0;
  const Runtime& runtime() const noexcept { return runtime_; }
  const MapiMemory& memory() const noexcept { return runtime_->memory; }

 private:
  Runtime runtime_;
  std::atomic<ULONG> references_{1};
};

}  // namespace mapisync::mapi
