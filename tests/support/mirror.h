// A store with its sink, opened and looked at in one way, whichever kind it is. One thread.
#pragma once

#include <memory>
#include <string>

#include "engine/ports/change_sink.h"
#include "engine/ports/store.h"
#include "tests/support/scripted_sink.h"

namespace mapisync {
class SqliteStore;
struct SqliteStoreOptions;
}  // namespace mapisync

namespace mapisync::test {

/// memory: store and sink in memory, one commit for both. separate: the memory store, and a sink that is durable on its
/// own. sqlite: store and mirror in one file of a directory that dies with the test.
enum class MirrorKind { memory, separate, sqlite };

class Mirror {
 public:
  virtual ~Mirror() = default;
  virtual Store& store() = 0;
  virtual ChangeSink& sink() = 0;
  virtual MirrorCopies copies() = 0;
  /// Drops the store object; until it is opened again nothing else may be asked.
  virtual void close() {}
  /// What is durable, as the next process finds it. `options` are those of a SQLite store.
  virtual Result<void> open(const SqliteStoreOptions& options);
  /// Where it is, if it is in a file.
  virtual std::string path() const { return {}; }
};

/// Everything a SQLite mirror holds, read as a report does. Ends the test process if it cannot be read.
MirrorCopies copies_in(SqliteStore& store);

/// `empty`: a SQLite mirror with nothing in it, to be copied, since making one takes as long as a run; "" = make it.
/// Ends the test process if it cannot be made.
std::unique_ptr<Mirror> make_mirror(MirrorKind kind, const std::string& empty = {});

/// Such a mirror, closed.
class EmptyMirror {
 public:
  EmptyMirror() : mirror_(make_mirror(MirrorKind::sqlite)) { mirror_->close(); }
  std::string path() const { return mirror_->path(); }

 private:
  std::unique_ptr<Mirror> mirror_;
};

}  // namespace mapisync::test
