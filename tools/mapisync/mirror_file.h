// MIRROR.db as the commands use it: the store and the mirror in one file. One caller at a time.
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "store/sqlite/mirror_reader.h"
#include "store/sqlite/mirror_sink.h"
#include "store/sqlite/sqlite_store.h"

namespace mapisync::cli {

/// False: nothing is there. What cannot be looked at, a broken symbolic link for one, is for the store to explain.
bool mirror_exists(const std::string& path);

/// Opened for looking: writes nothing, and does not hinder a sync that runs meanwhile.
class ReadableMirror {
 public:
  static Result<ReadableMirror> open(const std::string& path);

  SqliteStore& store() noexcept { return *store_; }
  MirrorReader& reader() noexcept { return *reader_; }

 private:
  explicit ReadableMirror(std::unique_ptr<SqliteStore> store);
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<MirrorReader> reader_;
};

/// Opened for a sync. One process at a time.
class WritableMirror {
 public:
  /// `create`: made if it is missing; otherwise that is Errc::missing_file.
  static Result<WritableMirror> open(const std::string& path, bool create);

  SqliteStore& store() noexcept { return *store_; }
  MirrorSink& sink() noexcept { return *sink_; }
  /// At the end of a run; the object is of no use afterwards.
  Result<void> close() { return store_->close(); }

 private:
  explicit WritableMirror(std::unique_ptr<SqliteStore> store);
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<MirrorSink> sink_;
};

}  // namespace mapisync::cli
