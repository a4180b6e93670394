#include "providers/trace/keyed_hash.h"

#include <bit>

namespace mapisync::trace {

namespace {

constexpr std::uint64_t kWord = 8;

/// Spreads a hash and the number of a block over 64 bits.
std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31U);
}

std::uint64_t block_of(std::uint64_t hash, std::uint64_t block) noexcept {
  return mixed(hash + (block + 1) * 0x9e3779b97f4a7c15ULL);
}

}  // namespace

KeyedHash::KeyedHash(const HashKey& key) noexcept
    : v_{key[0] ^ 0x736f6d6570736575ULL, key[1] ^ 0x646f72616e646f6dULL, key[0] ^ 0x6c7967656e657261ULL,
         key[1] ^ 0x7465646279746573ULL} {}

void KeyedHash::round() noexcept {
  v_[0] += v_[1];
  v_[2] += v_[3];
  v_[1] = std::rotl(v_[1], 13) ^ v_[0];
  v_[3] = std::rotl(v_[3], 16) ^ v_[2];
  v_[0] = std::rotl(v_[0], 32);
  v_[2] += v_[1];
  v_[0] += v_[3];
  v_[1] = std::rotl(v_[1], 17) ^ v_[2];
  v_[3] = std::rotl(v_[3], 21) ^ v_[0];
  v_[2] = std::rotl(v_[2], 32);
}

void KeyedHash::word(std::uint64_t value) noexcept {
  v_[3] ^= value;
  round();
  round();
  v_[0] ^= value;
}

void KeyedHash::update(BytesView piece) noexcept {
  for (const char c : piece) {
    open_ |= std::uint64_t{static_cast<unsigned char>(c)} << (size_ % kWord * 8);
    if (++size_ % kWord == 0) {
      word(open_);
      open_ = 0;
    }
  }
}

std::uint64_t KeyedHash::finish() noexcept {
  word(open_ | (size_ << 56U));
  v_[2] ^= 0xffU;
  for (int i = 0; i < 4; ++i) round();
  return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
}

std::uint64_t keyed_hash(const HashKey& key, BytesView bytes) noexcept {
  KeyedHash hash(key);
  hash.update(bytes);
  return hash.finish();
}

Bytes stand_in(std::uint64_t hash, std::uint64_t offset, std::size_t length) {
  Bytes text(length, '\0');
  std::uint64_t letters = block_of(hash, offset / kWord);
  for (std::size_t i = 0; i < length; ++i) {
    const std::uint64_t within = (offset + i) % kWord;
    if (within == 0) letters = block_of(hash, (offset + i) / kWord);
    text[i] = static_cast<char>('a' + ((letters >> (within * 8)) & 0xffU) % 26);
  }
  return text;
}

}  // namespace mapisync::trace
