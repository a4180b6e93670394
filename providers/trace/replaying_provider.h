// A provider made of a trace: answers as the recorded one did, and nothing else. One thread.
#pragma once

#include <memory>

#include "engine/ports/provider.h"
#include "providers/trace/replay_log.h"

namespace mapisync::trace {

/// The log is borrowed and outlives it and all that comes from it.
class ReplayingProvider final : public Provider {
 public:
  explicit ReplayingProvider(ReplayLog& log) noexcept : log_(log) {}
  Result<std::unique_ptr<Session>> open_session() override;

 private:
  ReplayLog& log_;
};

}  // namespace mapisync::trace
