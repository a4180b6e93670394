// The file of a store: where it is, whose it is, who writes it, how it comes to be. No table is touched here.
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"

namespace mapisync::sqlite {

/// What is at a path. Nothing is changed or created by looking.
enum class FilePresence { absent, ours };

struct FileLook {
  std::string path;  // symbolic links of the directory resolved, so that all names of a file lead to one lock
  FilePresence presence{FilePresence::absent};
};

/// Fails for anything that is there and is not a database of ours: store_foreign (directory, empty file, other data,
/// other database), missing_file (no parent directory, a symbolic link to nothing), permission.
Result<FileLook> look_at(const std::string& path);

/// The right to write, held by the process through an advisory lock on "<path>.lock"; the system releases it when the
/// process ends, however it ends. The lock file stays: removing it would let two processes hold two locks.
class WriterLock {
 public:
  /// store_locked if another store, of this process or another one, holds it.
  static Result<std::unique_ptr<WriterLock>> take(const std::string& path);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  explicit WriterLock(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_;
};

/// Makes the file with its schema under another name and gives it its own at the end: a file under `path` is always
/// complete, private to the user (0600 whatever the umask), and never replaces another one.
/// `vfs` as in Database::open.
Result<void> create_store_file(const std::string& path, const std::string& vfs);

/// Fails (store_read_only, permission) if the file could not be written.
Result<void> check_writable(const std::string& path);

/// Whoever reads a file that may not be written leaves its log and shared memory with the same permissions. The writer,
/// who holds the lock and may write the file by now, makes those writable again.
Result<void> reclaim_companions(const std::string& path);

}  // namespace mapisync::sqlite
