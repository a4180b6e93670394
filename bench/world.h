// A mirror in a directory of its own and runs of the engine against a bulk mailbox: everything real but the server.
// A failure ends the program: a figure of a run that failed would mean nothing. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "bench/bulk_mail.h"
#include "engine/base/result.h"
#include "engine/mailbox_sync.h"
#include "store/sqlite/mirror_sink.h"
#include "store/sqlite/sqlite_store.h"

namespace mapisync::bench {

[[noreturn]] void give_up(const std::string& why);

template <class T>
T sure(Result<T> result) {
  if (!result) give_up(result.error().to_string());
  return std::move(result).value();
}
inline void must(const Result<void>& result) {
  if (!result) give_up(result.error().to_string());
}

/// Removed with what is in it.
class ScratchDirectory {
 public:
  /// Below the system's temporary directory (TMPDIR).
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Removes a mirror with its log and its lock.
void remove_mirror(const std::string& path);

/// One process's view of a mirror: store and sink.
struct OpenMirror {
  explicit OpenMirror(const std::string& path) : store(sure(SqliteStore::open(path))), sink(*store) {}
  std::unique_ptr<SqliteStore> store;
  MirrorSink sink;
};

/// One run over the bulk mailbox; it must end in step.
SyncReport run_engine(OpenMirror& mirror, const BulkMail& mail, std::uint64_t messages);

}  // namespace mapisync::bench
