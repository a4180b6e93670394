// Where values go that are too large for memory. One caller at a time; files die with the last BlobSource.
#pragma once

#include <memory>

#include "engine/base/result.h"
#include "engine/model/property.h"

namespace mapisync {

class SpoolWriter {
 public:
  virtual ~SpoolWriter() = default;
  virtual Result<void> append(BytesView piece) = 0;
  /// Ends writing. The writer is of no use afterwards.
  virtual Result<std::shared_ptr<const BlobSource>> finish() = 0;
};

class Spool {
 public:
  virtual ~Spool() = default;
  virtual Result<std::unique_ptr<SpoolWriter>> create() = 0;
};

}  // namespace mapisync
