// Where a call may end badly: the messages it asks for, in a form that is small, storable and survives what becomes of
// the others. Pure; values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/ids.h"

namespace mapisync {

class Place {
 public:
  /// A list of more ranges than this is kept as fewer, larger ones: it then holds messages that were not asked for.
  static constexpr std::size_t kRangesMax = 1'000;

  Place() = default;
  /// Whatever a pass may bring.
  static Place everything();
  static Place of(std::span<const PendingId> ids);
  /// One message; `id` where it is a pending one whose number is known.
  static Place of(const SourceKey& key, std::optional<PendingId> id = std::nullopt);

  bool empty() const noexcept { return !everything_ && ranges_.empty() && key_.empty(); }
  bool is_everything() const noexcept { return everything_; }
  /// The message, if the place is one.
  const SourceKey& key() const noexcept { return key_; }
  bool holds(PendingId id) const;
  /// Whether every message of this place is one of `other`, as far as numbers and keys tell.
  bool within(const Place& other) const;
  void take_out(const Place& other);

  /// "*", "17-116,120-120", "=ab12" or "7-7=ab12": small, and readable in the database.
  std::string text() const;
  static std::optional<Place> parse(std::string_view text);

  friend bool operator==(const Place&, const Place&) = default;

 private:
  struct Range {
    std::int64_t first{0}, last{0};
    friend bool operator==(const Range&, const Range&) = default;
  };
  bool take_range(std::string_view text);

  std::vector<Range> ranges_;  // ascending, disjoint
  SourceKey key_;
  bool everything_{false};
};

}  // namespace mapisync
