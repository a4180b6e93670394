// How much damage there seems to be: a posterior over the share of bad messages, from what arrived and what was found.
// Pure arithmetic; a damaged neighbourhood counts once.
#pragma once

#include <cstdint>
#include <vector>

namespace mapisync {

class DamageEstimate {
 public:
  /// Before anything is known, one bad message among `candidates` is by far the likeliest; of more, every order of
  /// magnitude is as likely as any other.
  explicit DamageEstimate(std::uint32_t candidates);

  void cleared(std::uint64_t messages);
  void found();

  /// Expected number of yes-or-no questions that a message between two bad ones is worth: log2 of their distance.
  double bits() const;
  /// Probability that a list of `size` unknown messages fails.
  double fails(std::uint32_t size) const;
  /// The list, of at most `most` unknown messages, whose probability to fail is `wanted`, or just above.
  std::uint32_t group(double wanted, std::uint32_t most) const;
  /// The part of `suspects` messages, at least one of which is bad, that fails with probability `wanted`: at least one,
  /// and not all. `suspects` > 1.
  std::uint32_t split(double wanted, std::uint32_t suspects) const;

 private:
  void weigh();

  std::vector<double> shares_, logs_, weights_;  // by hypothesis: share, log(1 - share), probability
  double cleared_{0}, found_{0};
};

}  // namespace mapisync
