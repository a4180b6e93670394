// A mailbox with one folder, some of whose messages cannot be exported, behind a server that fails by chance: what is
// measured against it is how the engine judges. Messages are empty; nothing waits; the same seed gives the same run.
// One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "engine/ports/provider.h"

namespace mapisync::bench {

/// What a failure by chance looks like. mixed: one of the others each time; and sessions and exporters that cannot be
/// opened fail as often, too.
enum class Noise : std::uint8_t { call_failed, network, session_lost, timeout, mixed };
const char* name_of(Noise noise) noexcept;

struct NoisyFolder {
  std::uint32_t messages{0};
  std::vector<bool> bad;  // by index; their export fails with MAPI_E_CALL_FAILED, every time
  double failing{0};      // probability that an export fails although nothing is wrong
  Noise noise{Noise::call_failed};
};

/// What the server saw.
struct NoisyCounts {
  std::uint64_t exports{0};
  std::uint64_t by_chance{0};        // exports that failed although nothing was wrong
  std::uint64_t good_ones_alone{0};  // of these: exports of a single good message
};

SourceKey noisy_key(std::uint32_t index);
std::uint32_t noisy_index(const SourceKey& key);

class NoisyProvider final : public Provider {
 public:
  NoisyProvider(NoisyFolder folder, std::uint64_t seed) : folder_(std::move(folder)), chance_(seed) {}
  Result<std::unique_ptr<Session>> open_session() override;

  const NoisyFolder& folder() const noexcept { return folder_; }
  NoisyCounts& counts() noexcept { return counts_; }
  bool happens(double probability) { return std::uniform_real_distribution<>()(chance_) < probability; }
  std::uint32_t below(std::uint32_t bound) {
    return std::uniform_int_distribution<std::uint32_t>(0, bound - 1)(chance_);
  }
  Failure noise();
  /// Failures outside of exports.
  Result<void> enter();

 private:
  NoisyFolder folder_;
  std::mt19937_64 chance_;
  NoisyCounts counts_;
};

}  // namespace mapisync::bench
