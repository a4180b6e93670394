#include "providers/mapihttp/wire/lz77.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/little_endian.h"

namespace mapisync::wire {
namespace {

constexpr std::size_t kDistanceMax = 8192;
constexpr std::size_t kMatchMin = 3;
constexpr unsigned kMaskBits = 32;
// A length grows from field to field: three bits, a nibble, a byte, then all of it in 16 or 32 bits.
constexpr std::size_t kBitsFull = 7, kNibbleFull = 15, kByteFull = 255;
constexpr std::size_t kWordLeast = kBitsFull + kNibbleFull;

class Decompressor {
 public:
  Decompressor(BytesView compressed, std::size_t size) : in_(compressed), size_(size) {
    out_.reserve(std::min<std::size_t>(size, 1U << 16U));
  }

  Result<Bytes> run() {
    while (in_.ok() && out_.size() < size_) {
      if (bits_ == 0) {
        mask_ = in_.u32();
        bits_ = kMaskBits;
      }
      --bits_;
      if (((mask_ >> bits_) & 1U) == 0) {
        const std::uint8_t literal = in_.u8();
        if (in_.ok()) out_.push_back(static_cast<char>(literal));
      } else if (in_.left() == 0) {
        break;
      } else {
        match();
      }
    }
    MAPISYNC_TRYV(in_.verdict("compressed data"));
    if (out_.size() != size_) {
      return malformed("compressed data: " + std::to_string(out_.size()) + " bytes instead of " +
                       std::to_string(size_));
    }
    return std::move(out_);
  }

 private:
  void match() {
    const std::uint16_t token = in_.u16();
    const std::size_t distance = static_cast<std::size_t>(token >> 3) + 1;
    const std::size_t length = length_of(token & 7U);
    if (!in_.ok()) return;
    if (distance > out_.size()) return in_.refuse("a match reaches before the beginning");
    if (length > size_ - out_.size()) return in_.refuse("it grows beyond its size");
    // Byte by byte: a match may overlap what it makes.
    for (std::size_t i = 0; i < length; ++i) out_.push_back(out_[out_.size() - distance]);
  }

  std::size_t length_of(std::size_t bits) {
    if (bits < kBitsFull) return bits + kMatchMin;
    const std::size_t nibble = next_nibble();
    if (nibble < kNibbleFull) return nibble + kBitsFull + kMatchMin;
    const std::size_t byte = in_.u8();
    if (byte < kByteFull) return byte + kNibbleFull + kBitsFull + kMatchMin;
    std::size_t word = in_.u16();
    if (word == 0) word = in_.u32();
    if (word < kWordLeast) in_.refuse("a match is shorter than its form allows");
    return word + kMatchMin;
  }

  // Two matches share a byte: the first takes the low half, the next one the high half.
  std::size_t next_nibble() {
    if (nibble_) {
      const std::uint8_t high = static_cast<std::uint8_t>(*nibble_ >> 4);
      nibble_.reset();
      return high;
    }
    nibble_ = in_.u8();
    return *nibble_ & 0x0FU;
  }

  ByteReader in_;
  std::size_t size_;
  Bytes out_;
  std::uint32_t mask_{0};
  unsigned bits_{0};
  std::optional<std::uint8_t> nibble_;
};

class Compressor {
 public:
  explicit Compressor(BytesView plain) : plain_(plain), newest_(kHashes, kNone), older_(plain.size(), kNone) {}

  Bytes run() {
    std::size_t at = 0;
    while (at < plain_.size()) {
      const Match found = longest_match(at);
      if (found.length >= kMatchMin) {
        flag(1);
        put_match(found);
      } else {
        flag(0);
        out_.push_back(plain_[at]);
      }
      const std::size_t next = at + std::max<std::size_t>(found.length, 1);
      for (; at < next; ++at) remember(at);
    }
    flag(1);
    while (bits_ > 0) flag(1);
    return std::move(out_);
  }

 private:
  struct Match {
    std::size_t distance{0};
    std::size_t length{0};
  };
  static constexpr std::size_t kHashes = 1U << 12U;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  static constexpr int kTriesMax = 32;

  std::size_t hash(std::size_t at) const {
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(plain_[i])); };
    return (byte(at) * 0x9E5FU ^ byte(at + 1) * 0x79B1U ^ byte(at + 2) * 0x2F0BU) % kHashes;
  }

  void remember(std::size_t at) {
    if (at + kMatchMin > plain_.size()) return;
    std::size_t& head = newest_[hash(at)];
    older_[at] = head;
    head = at;
  }

  Match longest_match(std::size_t at) const {
    Match best;
    if (at + kMatchMin > plain_.size()) return best;
    std::size_t from = newest_[hash(at)];
    for (int tries = 0; tries < kTriesMax && from != kNone && at - from <= kDistanceMax; ++tries) {
      std::size_t length = 0;
      while (at + length < plain_.size() && plain_[from + length] == plain_[at + length]) ++length;
      if (length > best.length) best = {at - from, length};
      from = older_[from];
    }
    return best.length >= kMatchMin ? best : Match{};
  }

  // The bits of a mask are known only after what they speak of: its place is kept.
  void flag(std::uint32_t bit) {
    if (bits_ == 0) {
      mask_at_ = out_.size();
      out_.append(4, '\0');
      mask_ = 0;
      bits_ = kMaskBits;
    }
    mask_ |= bit << --bits_;
    for (std::size_t i = 0; i < 4; ++i) out_[mask_at_ + i] = static_cast<char>((mask_ >> (8 * i)) & 0xFF);
  }

  void put_match(const Match& match) {
    const std::size_t rest = match.length - kMatchMin;
    const std::size_t bits = std::min(rest, kBitsFull);
    append_le(out_, static_cast<std::uint16_t>(((match.distance - 1) << 3) | bits));
    if (bits < kBitsFull) return;
    put_nibble(std::min(rest - kBitsFull, kNibbleFull));
    if (rest < kWordLeast) return;
    const std::size_t byte = std::min(rest - kWordLeast, kByteFull);
    out_.push_back(static_cast<char>(byte));
    if (byte < kByteFull) return;
    if (rest <= 0xFFFF) {
      append_le(out_, static_cast<std::uint16_t>(rest));
    } else {
      append_le(out_, std::uint16_t{0});
      append_le(out_, static_cast<std::uint32_t>(rest));
    }
  }

  void put_nibble(std::size_t nibble) {
    if (nibble_at_ != kNone) {
      out_[nibble_at_] = static_cast<char>(static_cast<unsigned char>(out_[nibble_at_]) | (nibble << 4));
      nibble_at_ = kNone;
      return;
    }
    nibble_at_ = out_.size();
    out_.push_back(static_cast<char>(nibble));
  }

  BytesView plain_;
  std::vector<std::size_t> newest_;  // the last place of each hash
  std::vector<std::size_t> older_;   // the place before it, for each place
  Bytes out_;
  std::size_t mask_at_{0};
  std::size_t nibble_at_{kNone};
  std::uint32_t mask_{0};
  unsigned bits_{0};
};

}  // namespace

Result<Bytes> decompress_lz77(BytesView compressed, std::size_t size) { return Decompressor(compressed, size).run(); }

Bytes compress_lz77(BytesView plain) { return Compressor(plain).run(); }

}  // namespace mapisync::wire
