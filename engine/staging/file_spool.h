// A Spool in private temporary files that have no name: they vanish with the process, however it ends.
// One caller at a time.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/ports/spool.h"

namespace mapisync {

class FileSpool final : public Spool {
 public:
  /// `directory` must exist and be writable; empty = the system's temporary directory.
  explicit FileSpool(std::filesystem::path directory = {});
  /// Fails with Errc::io_error if no file can be made there.
  Result<std::unique_ptr<SpoolWriter>> create() override;

 private:
  std::filesystem::path directory_;
};

}  // namespace mapisync
