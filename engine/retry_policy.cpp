#include "engine/retry_policy.h"

#include <algorithm>

namespace mapisync {

Duration backoff(const SyncOptions& options, std::uint32_t attempt, std::chrono::milliseconds stated) {
  Duration wait = options.backoff_first;
  for (std::uint32_t i = 1; i < attempt && wait < options.backoff_max; ++i) wait *= 2;
  wait = std::min(wait, options.backoff_max);
  return std::max<Duration>(wait, stated);
}

Duration retry_wait(const SyncOptions& options, std::uint32_t attempts) {
  Duration wait = options.retry_first;
  for (std::uint32_t i = 1; i < attempts && wait < options.retry_max; ++i) wait *= 4;
  return std::min(wait, options.retry_max);
}

std::uint32_t strikes_needed(Errc code, const NoiseRecord& noise, double prior) {
  constexpr double kFalseVerdict = 1e-8;
  constexpr double kPriorCalls = 20;  // the prior weighs as much as this many calls
  constexpr std::uint32_t kMost = 60;
  if (code == Errc::corrupt_data || code == Errc::missing_delivery) return 2;
  // The rate is not known, only what was seen of it: the mean of p^k over every rate that might be behind that (a beta
  // distribution). While little was seen the rate may be far above its estimate, and more is asked for.
  const double failed = static_cast<double>(noise.failed) + prior * kPriorCalls;
  const double calls = static_cast<double>(noise.failed + noise.good) + kPriorCalls;
  double by_chance = 1;
  std::uint32_t strikes = 0;
  while (strikes < kMost && (strikes < 2 || by_chance > kFalseVerdict)) {
    by_chance *= (failed + strikes) / (calls + strikes);
    ++strikes;
  }
  return strikes;
}

bool is_local(const Failure& failure) noexcept {
  const Errc code = failure.errc();
  return static_cast<int>(code) >= static_cast<int>(Errc::store_failed) || code == Errc::sink_failed ||
         code == Errc::callback_failed;
}

bool loses_session(const Failure& failure) noexcept {
  switch (failure.errc()) {
    case Errc::network:
    case Errc::session_lost:
    case Errc::logon_failed:
    case Errc::timeout:
    case Errc::out_of_memory:
    case Errc::out_of_resources: return true;
    default: return failure.scope == Scope::mailbox || failure.scope == Scope::process;
  }
}

bool may_repeat(const Failure& failure, std::uint32_t attempt, std::uint32_t most) noexcept {
  switch (failure.errc()) {
    case Errc::logon_failed:  // repeated, it locks accounts
    case Errc::no_access:
    case Errc::not_found:
    case Errc::unsupported:
    case Errc::identity_changed:
    case Errc::not_a_mailbox:
    case Errc::cancelled: return false;
    default: break;
  }
  if (is_local(failure) || failure.retry == Retry::never) return false;
  constexpr std::uint32_t kAttemptsInAnyCase = 4;
  return attempt < (failure.retry == Retry::later ? most : std::min(most, kAttemptsInAnyCase));
}

bool is_specific(Errc code) noexcept {
  return code == Errc::corrupt_data || code == Errc::state_rejected || code == Errc::unknown_flags ||
         code == Errc::unsupported || code == Errc::invalid_argument;
}

}  // namespace mapisync
