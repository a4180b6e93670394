// A keyed hash (SipHash-2-4) and the stand-ins that are made of it. Values; one thread at a time.
// Without the key nobody can try out whether a hash is that of a certain subject or address; with one key per trace
// equal values stay equal within it, and are not recognised in another one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/bytes.h"

namespace mapisync::trace {

using HashKey = std::array<std::uint64_t, 2>;

/// Takes a value piece by piece.
class KeyedHash {
 public:
  explicit KeyedHash(const HashKey& key) noexcept;
  void update(BytesView piece) noexcept;
  std::uint64_t finish() noexcept;  // once
  std::uint64_t size() const noexcept { return size_; }

 private:
  void round() noexcept;
  void word(std::uint64_t value) noexcept;

  std::array<std::uint64_t, 4> v_;
  std::uint64_t open_{0};  // bytes of an unfinished word
  std::uint64_t size_{0};
};

std::uint64_t keyed_hash(const HashKey& key, BytesView bytes) noexcept;

/// `length` bytes at `offset` of the endless text that stands for values with this hash: letters only, so that it is
/// valid UTF-8 wherever it is cut.
Bytes stand_in(std::uint64_t hash, std::uint64_t offset, std::size_t length);

}  // namespace mapisync::trace
