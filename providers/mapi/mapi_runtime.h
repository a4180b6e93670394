// What everything in this provider works with: MAPI's memory, and a count of our own objects that MAPI holds.
// Memory that MAPI hands out goes back by MAPIFreeBuffer and by nothing else; what we hand to MAPI comes from its
// allocators. All three functions are given from outside, because they live in a library that is chosen at run time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "providers/mapi/abi_types.h"
#include "providers/mapi/limits.h"
#include "providers/mapi/mapi_constants.h"

namespace mapisync::mapi {

struct MapiMemory {
  AllocateBufferFunction allocate{nullptr};
  AllocateMoreFunction allocate_more{nullptr};
  FreeBufferFunction free{nullptr};
};

/// Outlives every object made with it: they share it. Any thread.
struct MapiRuntime {
  explicit MapiRuntime(MapiMemory functions) : memory(functions) {}
  const MapiMemory memory;
  /// COM objects of ours that are alive. 0 once everything is closed, unless the other side leaks references.
  std::atomic<std::int64_t> live_objects{0};
};
using Runtime = std::shared_ptr<MapiRuntime>;

/// A buffer of MAPI's, freed by MAPI.
template <class T>
class MapiBuffer {
 public:
  explicit MapiBuffer(const MapiMemory& memory) noexcept : free_(memory.free) {}
  ~MapiBuffer() { reset(); }
  MapiBuffer(MapiBuffer&& other) noexcept : free_(other.free_), data_(std::exchange(other.data_, nullptr)) {}
  MapiBuffer(const MapiBuffer&) = delete;
  MapiBuffer& operator=(const MapiBuffer&) = delete;
  MapiBuffer& operator=(MapiBuffer&&) = delete;

  T* get() const noexcept { return data_; }
  T* operator->() const noexcept { return data_; }
  explicit operator bool() const noexcept { return data_ != nullptr; }
  T** put() noexcept {
    reset();
    return &data_;
  }
  T* release() noexcept { return std::exchange(data_, nullptr); }

 private:
  void reset() noexcept {
    if (data_ != nullptr) free_(std::exchange(data_, nullptr));
  }
  FreeBufferFunction free_;
  T* data_{nullptr};
};

/// The rows of a table: a buffer for the set, and one for each row.
class MapiRows {
 public:
  explicit MapiRows(const MapiMemory& memory) noexcept : free_(memory.free) {}
  ~MapiRows() {
    if (rows_ == nullptr) return;
    for (ULONG i = 0; i < rows_->cRows; ++i) {
      if (at(i).lpProps != nullptr) free_(at(i).lpProps);
    }
    free_(rows_);
  }
  MapiRows(const MapiRows&) = delete;
  MapiRows& operator=(const MapiRows&) = delete;

  SRowSet** put() noexcept { return &rows_; }
  explicit operator bool() const noexcept { return rows_ != nullptr; }
  bool empty() const noexcept { return size() == 0; }
  ULONG size() const noexcept { return rows_ == nullptr ? 0 : rows_->cRows; }
  const SRow& at(ULONG index) const noexcept { return static_cast<const SRow*>(rows_->aRow)[index]; }

 private:
  FreeBufferFunction free_;
  SRowSet* rows_{nullptr};
};

}  // namespace mapisync::mapi
