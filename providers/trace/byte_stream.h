// Where a trace goes and where it comes from: a file, or memory. One caller at a time.
#pragma once

#include <cstddef>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync::trace {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// All of it, or a failure. What was appended is out of this process: it survives its end, not a power failure.
  virtual Result<void> append(BytesView bytes) = 0;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Up to `max` further bytes; empty = the end.
  virtual Result<Bytes> read(std::size_t max) = 0;
};

}  // namespace mapisync::trace
