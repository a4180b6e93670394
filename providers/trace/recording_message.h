// The recording decorators of a message in the making, its attachments and its streams. Internal to providers/trace.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/ports/change_importer.h"
#include "providers/trace/recorder.h"

namespace mapisync::trace {

/// Who records a part of a message, and the part's number within the export.
struct PartRecorder {
  Recorder& recorder;
  std::uint64_t& parts;
  std::uint64_t part;

  Packer about() const {
    Packer payload = recorder.packer();
    payload.number(part);
    return payload;
  }
  PartRecorder child() const { return {recorder, parts, ++parts}; }
};

std::unique_ptr<StagedMessage> record_message(std::unique_ptr<StagedMessage> inner, PartRecorder part);

}  // namespace mapisync::trace
