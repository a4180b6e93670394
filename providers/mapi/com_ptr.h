// Owns one reference to a COM object.
#pragma once

#include <utility>

namespace mapisync::mapi {

template <class T>
class ComPtr {
 public:
  ComPtr() = default;
  ~ComPtr() { reset(); }
  ComPtr(ComPtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  ComPtr& operator=(ComPtr&& other) noexcept {
    if (this != &other) {
      reset();
      object_ = std::exchange(other.object_, nullptr);
    }
    return *this;
  }
  ComPtr(const ComPtr&) = delete;
  ComPtr& operator=(const ComPtr&) = delete;

  /// Takes over a reference that the caller owns.
  static ComPtr adopt(T* object) noexcept {
    ComPtr out;
    out.object_ = object;
    return out;
  }
  /// Adds a reference of its own.
  static ComPtr share(T* object) noexcept {
    if (object != nullptr) object->AddRef();
    return adopt(object);
  }

  T* get() const noexcept { return object_; }
  T* operator->() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  /// For a callee that stores a reference there. Drops what was held.
  T** put() noexcept {
    reset();
    return &object_;
  }
  /// Hands the reference to the caller.
  T* release() noexcept { return std::exchange(object_, nullptr); }
  void reset() noexcept {
    if (object_ != nullptr) std::exchange(object_, nullptr)->Release();
  }

 private:
  T* object_{nullptr};
};

/// The same object by another of its interfaces; empty if it has none.
template <class To, class From>
ComPtr<To> query(From& object) noexcept {
  void* found = nullptr;
  if (object.QueryInterface(&To::kIid, &found) < 0) return {};
  return ComPtr<To>::adopt(static_cast<To*>(found));
}

}  // namespace mapisync::mapi
