// The limits of a run, and how much of them is left. Not thread-safe; one per run.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/time.h"
#include "engine/ports/clock.h"
#include "engine/sync_options.h"

namespace mapisync {

class Budget {
 public:
  Budget(const RunLimits& limits, Clock& clock);

  void spend_call() noexcept { ++calls_; }
  void spend_bytes(std::uint64_t bytes) noexcept { bytes_ += bytes; }

  /// Nothing may be started any more: out of calls, seconds or bytes, or out of the current share of calls.
  bool exhausted() const;
  /// Something running should end at the next step: out of seconds or bytes.
  bool must_yield() const;
  bool limited() const noexcept;
  std::uint64_t calls_used() const noexcept { return calls_; }
  std::optional<std::uint64_t> calls_left() const noexcept;

  /// What one of `folders_left` folders may spend, so that a sick one does not starve its siblings. At least one call.
  void begin_share(std::uint64_t folders_left) noexcept;
  void end_share() noexcept { share_end_.reset(); }

 private:
  RunLimits limits_;
  Clock& clock_;
  Duration started_;
  std::uint64_t calls_{0};
  std::uint64_t bytes_{0};
  std::optional<std::uint64_t> share_end_;
};

}  // namespace mapisync
