// MIRROR.db as the commands use it: the store and the mirror in one file. One caller at a time.
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/ports/change_sink.h"
#include "engine/ports/store.h"

namespace mapisync {
class MirrorReader;
}

namespace mapisync::cli {

/// Opened for looking: writes nothing, and does not hinder a sync that runs meanwhile.
class ReadableMirror {
 public:
  static Result<ReadableMirror> open(const std::string& path);
  ReadableMirror(ReadableMirror&&) noexcept;
  ReadableMirror& operator=(ReadableMirror&&) noexcept;
  ~ReadableMirror();

  Store& store() noexcept;
  MirrorReader& reader() noexcept;

 private:
  struct Parts;
  explicit ReadableMirror(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Opened for a sync; made if it is missing. One process at a time.
class WritableMirror {
 public:
  static Result<WritableMirror> open(const std::string& path);
  WritableMirror(WritableMirror&&) noexcept;
  WritableMirror& operator=(WritableMirror&&) noexcept;
  ~WritableMirror();

  Store& store() noexcept;
  ChangeSink& sink() noexcept;

 private:
  struct Parts;
  explicit WritableMirror(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace mapisync::cli
