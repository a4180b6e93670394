// How this server delivers: whether failing calls keep what came before the culprit, in which order, and in buffers of
// how many messages. Learned from what arrives, never trusted: what it says shifts probabilities. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/isolation/ordinal_set.h"

namespace mapisync {

class DeliveryHabit {
 public:
  DeliveryHabit();

  /// A call on `asked` failed and delivered `settled` (ascending). `suspected`: it was part of a list that had failed.
  void note_failure(const OrdinalSet& asked, const std::vector<Ordinal>& settled, bool suspected);
  /// The culprit stood so many messages behind the last one that a failing call delivered.
  void note_culprit(std::uint32_t offset);

  /// Failing calls keep what came before the culprit, as far as is known; none of the planner's own has shown it yet.
  void expect_prefix() noexcept { expected_ = true; }
  bool expects_prefix() const noexcept { return expected_ && least_delivered_ == kNothing; }

  /// Whether the message that the server had begun when it failed was the culprit.
  void note_named(bool right);

  /// The end of the list that the server sends first; nullopt: it follows no order of ours, or has not shown one.
  std::optional<End> first_sent() const noexcept { return first_sent_; }

  /// Every call has an order of its own: a failing call on so many suspects narrows them by itself, by a random part.
  bool narrows(std::uint32_t suspects) const noexcept { return reshuffles_ && suspects > 2 * least_delivered_; }

  /// Probability that the culprit is among the `size` messages that come `from` messages behind the last delivered one.
  double culprit_within(std::uint32_t from, std::uint32_t size) const;
  /// How many of `size` suspects, which begin `from` messages behind the last delivered one, hold the culprit with this
  /// probability; nullopt: nothing speaks for any. `size` > 1.
  std::optional<std::uint32_t> split(double wanted, std::uint32_t from, std::uint32_t size) const;
  /// Whether the message that it begins and does not finish may well be the culprit, and whether it has been.
  bool may_name_culprits() const noexcept;
  bool names_culprits() const noexcept { return named_ > 0 && may_name_culprits(); }
  /// Messages in a buffer, where that is as good as certain.
  std::optional<std::uint32_t> window() const;
  /// What a failing call loses at the most, in messages: a buffer as expected, or the least that one has delivered.
  /// Infinity: none has delivered anything, and none is expected to.
  double buffer() const;
  /// How much a culprit's place is unknown, in yes-or-no questions.
  double bits() const;

 private:
  static constexpr std::uint32_t kNothing = UINT32_MAX / 2;

  void note_order(const OrdinalSet& asked, const std::vector<Ordinal>& settled);
  void normalise();

  std::optional<End> first_sent_;
  bool expected_{false}, reshuffles_{false};
  std::uint32_t least_delivered_{kNothing};  // by a failing call; no less than a buffer
  std::vector<double> windows_;              // probability that a buffer holds 2^i messages
  double named_right_{0}, named_{0};
};

}  // namespace mapisync
