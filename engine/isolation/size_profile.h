// How large the candidates are, as far as a few hundred samples tell. Pure; bounded memory whatever the folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mapisync {

class SizeProfile {
 public:
  /// So many samples describe a folder of any size.
  static constexpr std::uint32_t kSamples = 256;

  /// Nothing is known: bytes() is 0.
  SizeProfile() = default;
  /// `samples`: bytes of the messages at ordinal_of(i, candidates), i < samples_of(candidates). As many as that.
  SizeProfile(std::uint32_t candidates, const std::vector<std::uint64_t>& samples);

  static std::uint32_t samples_of(std::uint32_t candidates) noexcept;
  static std::uint32_t ordinal_of(std::uint32_t sample, std::uint32_t candidates) noexcept;

  bool known() const noexcept { return before_.size() > 1; }
  /// Expected bytes of the candidates [first, first + count).
  double bytes(std::uint32_t first, std::uint32_t count) const;

 private:
  double before(double ordinal) const;

  double per_block_{1};         // candidates that a sample stands for
  std::vector<double> before_;  // bytes before each block, and of all
};

}  // namespace mapisync
