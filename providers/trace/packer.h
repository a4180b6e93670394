// Values as the bytes of a record: numbers as LEB128 (signed ones zigzag), bytes with their length in front. What is
// personal is written as a size and a keyed hash, unless the content is wanted. One thread.
//
// Packer and Unpacker have the same calls, so that fields.h describes each value once for both.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "engine/base/time.h"
#include "engine/model/ids.h"
#include "engine/model/property.h"
#include "providers/trace/format.h"
#include "providers/trace/redactor.h"

namespace mapisync::trace {

/// How a personal value stands in a record.
enum class Shown : std::uint8_t {
  plain = 0,     // the bytes
  stand_in = 1,  // a beginning that is kept (a placeholder), how much follows, and its hash
};

class Packer {
 public:
  static constexpr bool kReads = false;
  template <class T>
  using Ref = const T&;

  explicit Packer(Redactor& redactor) noexcept : redactor_(redactor) {}
  const Bytes& bytes() const noexcept { return out_; }
  Bytes take() noexcept { return std::move(out_); }
  Redactor& redactor() noexcept { return redactor_; }

  template <class T>
  void number(const T& value) {
    static_assert(std::is_integral_v<T>);
    if constexpr (std::is_signed_v<T>) {
      const auto wide = static_cast<std::int64_t>(value);
      leb((static_cast<std::uint64_t>(wide) << 1U) ^ static_cast<std::uint64_t>(wide >> 63U));
    } else {
      leb(value);
    }
  }
  void real(const double& value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (unsigned shift = 0; shift < 64; shift += 8) out_.push_back(static_cast<char>((bits >> shift) & 0xffU));
  }
  /// An enumerator, none beyond `last`.
  template <class E>
  void choice(const E& value, E /*last*/) {
    leb(static_cast<std::uint64_t>(value));
  }
  void raw(const Bytes& value) {
    leb(value.size());
    out_ += value;
  }
  template <class Tag>
  void id(const OpaqueId<Tag>& value) {
    raw(value.bytes());
  }
  /// Somebody's words, names or addresses.
  void personal(const Bytes& value);
  void folder_name(const std::string& name) { raw(redactor_.folder_name(name)); }
  void words(const std::string& text) { raw(redactor_.words(text)); }
  void time(const Timestamp& value) { number(value.time_since_epoch().count()); }
  void span(const Duration& value) { number(value.count()); }
  template <class T, class Field>
  void optional(const std::optional<T>& value, Field field) {
    number(value.has_value());
    if (value) field(*value);
  }
  template <class List, class Field>
  void list(const List& values, Field field) {
    leb(values.size());
    entries_ += values.size();
    for (const auto& value : values) field(value);
  }
  /// Whether a reader will take it.
  bool fits() const noexcept { return entries_ <= kEntriesMax && out_.size() <= kRecordBytesMax; }
  bool ok() const noexcept { return true; }
  void refuse(const char* /*why*/) noexcept {}
  /// A value of which only size and hash are known, or wanted.
  void stood_in(std::uint64_t size, std::uint64_t hash);

 private:
  void leb(std::uint64_t value);

  Redactor& redactor_;
  Bytes out_;
  std::uint64_t entries_{0};
};

/// Reads bytes that nobody vouches for. Remembers its first failure: from then on every read yields nothing.
class Unpacker {
 public:
  static constexpr bool kReads = true;
  template <class T>
  using Ref = T&;

  /// Stand-ins grow to `expanded_max` bytes at most, all together.
  explicit Unpacker(BytesView bytes, std::uint64_t expanded_max = kExpandedMax) noexcept
      : bytes_(bytes), expanded_max_(expanded_max) {}
  std::uint64_t expanded() const noexcept { return expanded_; }

  template <class T>
  void number(T& value) {
    static_assert(std::is_integral_v<T>);
    const std::uint64_t read = leb();
    if constexpr (std::is_signed_v<T>) {
      const auto wide = static_cast<std::int64_t>((read >> 1U) ^ (~(read & 1U) + 1U));
      if (!std::in_range<T>(wide)) return refuse("a number is too large");
      value = static_cast<T>(wide);
    } else if constexpr (std::is_same_v<T, bool>) {
      if (read > 1) return refuse("neither yes nor no");
      value = read == 1;
    } else {
      if (!std::in_range<T>(read)) return refuse("a number is too large");
      value = static_cast<T>(read);
    }
  }
  void real(double& value);
  template <class E>
  void choice(E& value, E last) {
    const std::uint64_t read = leb();
    if (read > static_cast<std::uint64_t>(last)) return refuse("a choice that this version does not know");
    value = static_cast<E>(read);
  }
  void raw(Bytes& value) { value = Bytes(view(leb())); }
  template <class Tag>
  void id(OpaqueId<Tag>& value) {
    Bytes bytes;
    raw(bytes);
    value = OpaqueId<Tag>(std::move(bytes));
  }
  void personal(Bytes& value);
  /// The same without making the stand-in: what is there of it, how many bytes follow, and their hash.
  void personal(Bytes& beginning, std::uint64_t& size, std::uint64_t& hash);
  /// Adds the stand-in.
  void expand(Bytes& value, std::uint64_t size, std::uint64_t hash);
  void folder_name(std::string& name) { raw(name); }
  void words(std::string& text) { raw(text); }
  void time(Timestamp& value) {
    Duration since{};
    span(since);
    value = Timestamp(since);
  }
  void span(Duration& value) {
    std::int64_t micros = 0;
    number(micros);
    if (micros > kMicrosMax || micros < -kMicrosMax) return refuse("a time that cannot be");
    value = Duration(micros);
  }
  template <class T, class Field>
  void optional(std::optional<T>& value, Field field) {
    bool there = false;
    number(there);
    value.reset();
    if (there && ok()) field(value.emplace());
  }
  template <class List, class Field>
  void list(List& values, Field field) {
    values.clear();
    const std::uint64_t count = leb();
    // Every entry takes a byte at least: a count beyond that is a lie, and reserves nothing.
    if (count > left() || count > kEntriesMax - entries_) return refuse("more entries than a record may hold");
    entries_ += count;
    for (std::uint64_t i = 0; i < count && ok(); ++i) field(values.emplace_back());
  }

  bool ok() const noexcept { return why_ == nullptr; }
  void refuse(const char* why) noexcept;
  std::size_t left() const noexcept { return bytes_.size(); }
  /// Everything was read and had a meaning; else Errc::malformed.
  Result<void> end_of(const char* what) const;

 private:
  std::uint64_t leb() noexcept;
  BytesView view(std::uint64_t length) noexcept;

  BytesView bytes_;
  std::uint64_t expanded_max_;
  std::uint64_t expanded_{0};
  std::uint64_t entries_{0};
  const char* why_{nullptr};
};

Failure malformed(std::string context);

}  // namespace mapisync::trace
