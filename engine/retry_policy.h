// How long to wait, and how many strikes make a verdict. Pure: values in, values out.
#pragma once

#include <cstdint>

#include "engine/base/failure.h"
#include "engine/base/time.h"
#include "engine/sync_options.h"

namespace mapisync {

/// The pause before attempt `attempt` (1 = the first repetition): doubling, bounded; a stated wait wins if it is
/// longer.
Duration backoff(const SyncOptions& options, std::uint32_t attempt, std::chrono::milliseconds stated);

/// When a quarantined message earns its next attempt after `attempts` judgements: 1 h, 4 h, 16 h ... one week.
Duration retry_wait(const SyncOptions& options, std::uint32_t attempts);

/// Calls whose outcome is known to say nothing about a message: the server's noise, as seen in this run.
struct NoiseRecord {
  std::uint64_t good{0};    // calls on good messages that worked
  std::uint64_t failed{0};  // calls that failed although what they asked for exports
};

/// Strikes that make a verdict: k >= 2 with p^k <= 1e-8 (design 4.3), in the mean over the rates p that fit `noise`.
/// CORRUPT_DATA is specific: 2.
std::uint32_t strikes_needed(Errc code, const NoiseRecord& noise, double prior);

/// Whether the failure concerns this side (store, sink, spool, a defect): the run ends with it.
bool is_local(const Failure& failure) noexcept;
/// Whether the session is gone and everything below it must be opened again.
bool loses_session(const Failure& failure) noexcept;
/// Whether attempt `attempt` (1 = the first) at something that says nothing about messages may be followed by another:
/// three times in any case, since noise carries any code, and never more than `most` attempts, which is what a failure
/// gets that says "later". Never where it cannot help or does harm.
bool may_repeat(const Failure& failure, std::uint32_t attempt, std::uint32_t most) noexcept;
/// Whether the failure by its code alone points at a message or a state, so that repeating the same call is no use.
bool is_specific(Errc code) noexcept;

}  // namespace mapisync
