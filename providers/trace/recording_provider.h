// A provider in front of another one: everything that is asked and answered is told to a Recorder, and nothing is
// changed. Read-only: open_writer is refused with Errc::no_access, and the refusal is recorded.
#pragma once

#include <memory>

#include "engine/ports/provider.h"
#include "providers/trace/recorder.h"

namespace mapisync::trace {

/// Both are borrowed and outlive it and all that comes from it.
class RecordingProvider final : public Provider {
 public:
  RecordingProvider(Provider& provider, Recorder& recorder) noexcept : provider_(provider), recorder_(recorder) {}
  Result<std::unique_ptr<Session>> open_session() override;

 private:
  Provider& provider_;
  Recorder& recorder_;
};

}  // namespace mapisync::trace
