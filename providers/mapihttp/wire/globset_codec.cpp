// GLOBSET as commands: a small machine with a stack of leading bytes.
#include <algorithm>
#include <array>
#include <span>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/globset.h"
#include "providers/mapihttp/wire/limits.h"

namespace mapisync::wire {
namespace {

constexpr std::size_t kCounterBytes = 6;

std::uint8_t byte_of(std::uint64_t counter, std::size_t index) {
  return static_cast<std::uint8_t>((counter >> (8 * (kCounterBytes - 1 - index))) & 0xFF);
}

class Encoder {
 public:
  explicit Encoder(GlobsetForm form) : form_(form) {}

  Bytes run(std::span<const Interval> intervals) {
    // One interval alone shares its leading bytes with nobody.
    if (intervals.size() == 1) {
      single_or_range(intervals.front(), 0);
    } else if (!intervals.empty()) {
      prefixed(intervals, 0);
    }
    put(globset_command::kEnd);
    return std::move(out_);
  }

 private:
  void put(std::uint8_t byte) { out_.push_back(static_cast<char>(byte)); }
  void put_bytes(std::uint64_t counter, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) put(byte_of(counter, i));
  }

  void single_or_range(const Interval& interval, std::size_t depth) {
    if (interval.first == interval.last) {
      put(static_cast<std::uint8_t>(kCounterBytes - depth));
      put_bytes(interval.first, depth, kCounterBytes);
      return;
    }
    put(globset_command::kRange);
    put_bytes(interval.first, depth, kCounterBytes);
    put_bytes(interval.last, depth, kCounterBytes);
  }

  // Several intervals that agree in the first `depth` bytes: pushes what more they agree in.
  void prefixed(std::span<const Interval> intervals, std::size_t depth) {
    std::size_t common = depth;
    while (common < kCounterBytes - 1 &&
           byte_of(intervals.front().first, common) == byte_of(intervals.back().last, common)) {
      ++common;
    }
    if (common > depth) {
      put(static_cast<std::uint8_t>(common - depth));
      put_bytes(intervals.front().first, depth, common);
    }
    if (common == kCounterBytes - 1) {
      last_byte(intervals);
    } else {
      by_next_byte(intervals, common);
    }
    if (common > depth) put(globset_command::kPop);
  }

  void by_next_byte(std::span<const Interval> intervals, std::size_t depth) {
    while (!intervals.empty()) {
      const std::uint8_t next = byte_of(intervals.front().first, depth);
      std::size_t alike = 0;
      while (alike < intervals.size() && byte_of(intervals[alike].first, depth) == next &&
             byte_of(intervals[alike].last, depth) == next) {
        ++alike;
      }
      if (alike > 1) {
        prefixed(intervals.first(alike), depth);
      } else {
        alike = 1;
        single_or_range(intervals.front(), depth);
      }
      intervals = intervals.subspan(alike);
    }
  }

  void last_byte(std::span<const Interval> intervals) {
    while (!intervals.empty()) {
      const std::uint64_t start = intervals.front().first;
      std::size_t near = 0;  // intervals that one bitmask holds
      while (form_.bitmasks && near < intervals.size() && intervals[near].last <= start + 8) ++near;
      if (near > 1) {
        bitmask(intervals.first(near), start);
      } else {
        near = 1;
        single_or_range(intervals.front(), kCounterBytes - 1);
      }
      intervals = intervals.subspan(near);
    }
  }

  void bitmask(std::span<const Interval> intervals, std::uint64_t start) {
    unsigned mask = 0;
    for (const Interval& interval : intervals) {
      for (std::uint64_t counter = interval.first; counter <= interval.last; ++counter) {
        if (counter > start) mask |= 1U << (counter - start - 1);
      }
    }
    put(globset_command::kBitmask);
    put(byte_of(start, kCounterBytes - 1));
    put(static_cast<std::uint8_t>(mask));
  }

  GlobsetForm form_;
  Bytes out_;
};

class Decoder {
 public:
  explicit Decoder(ByteReader& from) : from_(from) {}

  Globset run() {
    while (from_.ok()) {
      const std::uint8_t command = from_.u8();
      if (!from_.ok()) break;
      if (command == globset_command::kEnd) {
        if (entries_ != 0) from_.refuse("a GLOBSET ends with bytes on its stack");
        break;
      }
      step(command);
    }
    return from_.ok() ? Globset::from(std::move(intervals_)) : Globset{};
  }

 private:
  void step(std::uint8_t command) {
    if (command <= globset_command::kPushMax) return push(command);
    if (command == globset_command::kPop) return pop();
    if (command == globset_command::kBitmask) return bitmask();
    if (command == globset_command::kRange) return range();
    from_.refuse("a GLOBSET has an unknown command");
  }

  void push(std::size_t count) {
    if (depth_ + count > kCounterBytes) return from_.refuse("a GLOBSET pushes more than six bytes");
    std::uint64_t counter = prefix_;
    for (const char c : from_.bytes(count)) counter = (counter << 8) | static_cast<unsigned char>(c);
    if (depth_ + count == kCounterBytes) return emit(counter, counter);
    prefix_ = counter;
    depth_ += count;
    sizes_[entries_++] = count;
  }

  void pop() {
    if (entries_ == 0) return from_.refuse("a GLOBSET pops an empty stack");
    const std::size_t count = sizes_[--entries_];
    depth_ -= count;
    prefix_ >>= 8 * count;
  }

  void bitmask() {
    if (depth_ != kCounterBytes - 1) return from_.refuse("a GLOBSET has a bitmask without five bytes on its stack");
    const unsigned start = from_.u8();
    const unsigned mask = from_.u8();
    const std::uint64_t base = prefix_ << 8;
    emit(base | start, base | start);
    for (unsigned bit = 0; bit < 8; ++bit) {
      if ((mask & (1U << bit)) == 0) continue;
      const unsigned low = start + 1 + bit;
      if (low > 0xFF) return from_.refuse("a GLOBSET has a bitmask that goes beyond its byte");
      emit(base | low, base | low);
    }
  }

  void range() {
    const std::size_t count = kCounterBytes - depth_;
    std::array<std::uint64_t, 2> ends = {prefix_, prefix_};
    for (std::uint64_t& end : ends) {
      for (const char c : from_.bytes(count)) end = (end << 8) | static_cast<unsigned char>(c);
    }
    if (!from_.ok()) return;
    if (ends[0] > ends[1]) return from_.refuse("a GLOBSET has a range that ends before it begins");
    emit(ends[0], ends[1]);
  }

  void emit(std::uint64_t first, std::uint64_t last) {
    if (!from_.ok()) return;
    if (first == 0) return from_.refuse("a GLOBSET holds the counter 0");
    if (!intervals_.empty() && first >= intervals_.back().first && first <= intervals_.back().last + 1) {
      intervals_.back().last = std::max(intervals_.back().last, last);
      return;
    }
    if (intervals_.size() >= limits::kIntervalsMax) return from_.refuse("a GLOBSET has too many intervals");
    intervals_.push_back({first, last});
  }

  ByteReader& from_;
  std::vector<Interval> intervals_;
  std::uint64_t prefix_{0};
  std::size_t depth_{0};                            // bytes on the stack
  std::size_t entries_{0};                          // what a pop takes off, one each
  std::array<std::size_t, kCounterBytes> sizes_{};  // bytes of each entry
};

}  // namespace

Bytes encode_globset(const Globset& set, GlobsetForm form) { return Encoder(form).run(set.intervals()); }

Globset decode_globset(ByteReader& from) { return Decoder(from).run(); }

}  // namespace mapisync::wire
