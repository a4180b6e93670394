#include "store/sqlite/store_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "store/sqlite/database.h"
#include "store/sqlite/file_header.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_failure.h"
#include "store/sqlite/unfinished_files.h"

namespace mapisync::sqlite {

namespace {

constexpr std::string_view kLockPrefix = "mapisync writer ";

/// The path with its directory (or, for an existing file, itself) resolved; empty with errno set if that fails.
std::string resolve(const std::string& path, bool exists) {
  const auto resolved = [](const std::string& name) {
    char* real = ::realpath(name.c_str(), nullptr);
    std::string result = real != nullptr ? real : "";
    std::free(real);
    return result;
  };
  if (exists) return resolved(path);
  const auto slash = path.find_last_of('/');
  const std::string directory = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  std::string real = resolved(directory);
  if (real.empty()) return real;
  return (real == "/" ? "" : real) + "/" + name;
}

/// A symbolic link that leads to nothing is no file, and no file can be made under its name either.
Result<void> check_link(const std::string& path, int error) {
  const std::string what = path + ": a symbolic link ";
  if (error == ELOOP) {
    return fail(Errc::missing_file, Scope::process, Retry::on_change,
                what + "that leads back to itself; name the file itself, or remove the link");
  }
  struct stat status {};
  if (error != ENOENT || ::lstat(path.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return success();
  return fail(Errc::missing_file, Scope::process, Retry::on_change,
              what + "to a file that does not exist; name that file itself, or remove the link");
}

/// Looks at the header's bytes alone: a foreign database stays as it is, and a database whose last checkpoint was cut
/// off is whole only together with its WAL, so that SQLite cannot be asked before it may open that.
Result<void> check_owner(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return failure_of_errno(errno, path, "cannot be read");
  const auto header = read_header(descriptor, path);
  ::close(descriptor);
  if (!header) return header.error();
  if (!header.value()) return store_failure(Errc::store_foreign, path, "not a database");
  if (header.value()->application_id == static_cast<std::uint32_t>(kApplicationId)) return success();
  return store_failure(Errc::store_foreign, path, "a database, but not one of mapisync");
}

/// The holder's process number as it wrote it, for the message.
std::string holder_of(int descriptor) {
  std::array<char, 64> buffer{};
  const ssize_t length = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  if (length <= 0) return "another process";
  std::string_view line(buffer.data(), static_cast<std::size_t>(length));
  if (!line.starts_with(kLockPrefix)) return "another process";
  line.remove_prefix(kLockPrefix.size());
  std::string digits;
  for (const char c : line) {
    if (c < '0' || c > '9') break;
    digits.push_back(c);
  }
  return "process " + digits;
}

/// Says who holds the lock; best effort, and only in a lock file that is ours or new.
void sign(int descriptor) noexcept {
  std::array<char, kLockPrefix.size()> start{};
  const ssize_t length = ::pread(descriptor, start.data(), start.size(), 0);
  const bool ours = length == 0 || (length == static_cast<ssize_t>(start.size()) &&
                                    std::string_view(start.data(), start.size()) == kLockPrefix);
  if (!ours || ::ftruncate(descriptor, 0) != 0) return;
  const std::string line = std::string(kLockPrefix) + std::to_string(::getpid()) + "\n";
  [[maybe_unused]] const ssize_t written = ::pwrite(descriptor, line.data(), line.size(), 0);
}

/// An empty private file "<path>.new-XXXXXX" that is removed unless it was given its name. While it is made it is
/// locked (flock), which tells others that it is no leftover.
class NewFile {
 public:
  static Result<NewFile> create(const std::string& path) {
    std::string name = path + kUnfinishedSuffix;
    const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) return failure_of_errno(errno, path, "cannot be created");
    NewFile file(std::move(name), descriptor);
    if (::fchmod(descriptor, S_IRUSR | S_IWUSR) != 0) return failure_of_errno(errno, path, "cannot be made private");
    // Where it cannot be locked the writer lock alone keeps others away, as it does everywhere.
    [[maybe_unused]] const int locked = ::flock(descriptor, LOCK_EX | LOCK_NB);
    return file;
  }
  NewFile(NewFile&& other) noexcept
      : name_(std::exchange(other.name_, {})), descriptor_(std::exchange(other.descriptor_, -1)) {}
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile() {
    unlock();
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  const std::string& name() const noexcept { return name_; }
  /// Fails if something has that name by now.
  Result<void> give_name(const std::string& path) {
    unlock();  // once it has its name, others of this process may hold SQLite's locks on it, which a close would drop
    if (::link(name_.c_str(), path.c_str()) == 0) return success();  // the destructor removes the first name
    const int error = errno;
    if (error == EEXIST) return taken(path);
    if (error != EPERM && error != EOPNOTSUPP && error != EMLINK) {
      return failure_of_errno(error, path, "cannot be created");
    }
    // No hard links on this file system: the writer lock keeps others of our kind away.
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) return taken(path);
    if (::rename(name_.c_str(), path.c_str()) != 0) return failure_of_errno(errno, path, "cannot be created");
    name_.clear();
    return success();
  }

 private:
  static Failure taken(const std::string& path) {
    return store_failure(Errc::store_foreign, path, "something else got this name in the meantime");
  }
  NewFile(std::string name, int descriptor) noexcept : name_(std::move(name)), descriptor_(descriptor) {}
  void unlock() noexcept {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  std::string name_;
  int descriptor_;
};

/// Makes a new directory entry durable.
Result<void> synchronize_directory(const std::string& path) {
  const std::string directory = path.substr(0, path.find_last_of('/') + 1);
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failure_of_errno(errno, path, "opening its directory");
  const bool synchronized = ::fsync(descriptor) == 0 || errno == EINVAL;  // EINVAL: not offered here
  const int error = errno;
  ::close(descriptor);
  if (!synchronized) return failure_of_errno(error, path, "synchronizing its directory");
  return success();
}

}  // namespace

Result<FileLook> look_at(const std::string& path) {
  if (path.empty() || path.back() == '/') {
    return store_failure(Errc::store_foreign, path.empty() ? "\"\"" : path, "not the name of a file");
  }
  if (path.find('\0') != std::string::npos) {
    return store_failure(Errc::missing_file, path.substr(0, path.find('\0')), "a file name cannot hold a NUL byte");
  }
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (!exists) {
    const int error = errno;
    MAPISYNC_TRYV(check_link(path, error));
    if (error != ENOENT) return failure_of_errno(error, path, "cannot be looked at");
  }
  FileLook look;
  look.path = resolve(path, exists);
  if (look.path.empty()) {
    const int error = errno;
    return failure_of_errno(error, path, error == ENOENT ? "its directory does not exist" : "cannot be looked at");
  }
  if (!exists) return look;
  if (S_ISDIR(status.st_mode)) return store_failure(Errc::store_foreign, path, "a directory");
  if (!S_ISREG(status.st_mode)) return store_failure(Errc::store_foreign, path, "not a regular file");
  if (status.st_size == 0) {
    return store_failure(Errc::store_foreign, path, "an empty file (if it is of no use, remove it)");
  }
  if (status.st_size < static_cast<off_t>(FileHeader::kSize))
    return store_failure(Errc::store_foreign, path, "not a database");
  if (::access(path.c_str(), R_OK) != 0) return failure_of_errno(errno, path, "cannot be read");
  MAPISYNC_TRYV(check_owner(look.path));
  look.presence = FilePresence::ours;
  return look;
}

Result<std::unique_ptr<WriterLock>> WriterLock::take(const std::string& path) {
  const std::string name = path + ".lock";
  const int descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return failure_of_errno(errno, name, "the lock file cannot be opened");
  auto lock = std::unique_ptr<WriterLock>(new WriterLock(descriptor));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return store_failure(Errc::store_locked, path, holder_of(descriptor) + " is writing to it");
    }
    return failure_of_errno(errno, name, "cannot be locked");
  }
  sign(descriptor);
  return lock;
}

WriterLock::~WriterLock() { ::close(descriptor_); }

namespace {

/// A log without its database holds commits that nobody can read without it; a new database of that name would be
/// taken for the one it belongs to.
Result<void> check_no_log_is_left(const std::string& path) {
  for (const char* suffix : {"-wal", "-journal"}) {
    const std::string name = path + suffix;
    struct stat status {};
    if (::stat(name.c_str(), &status) != 0 || status.st_size == 0) continue;
    return store_failure(
        Errc::store_foreign, path,
        "missing, while " + name + " holds its last changes: put the database back beside it, or remove that file");
  }
  return success();
}

}  // namespace

Result<void> create_store_file(const std::string& path, const std::string& vfs) {
  MAPISYNC_TRYV(check_no_log_is_left(path));
  MAPISYNC_TRY(file, NewFile::create(path));
  const auto fill = [&]() -> Result<void> {
    MAPISYNC_TRY(database, Database::open(file.name(), OpenMode::read_write, std::chrono::milliseconds{0}, vfs));
    // Nobody else knows the name, and a crash leaves a file that is never used.
    MAPISYNC_TRYV(database->script("PRAGMA journal_mode = MEMORY"));
    MAPISYNC_TRYV(database->script("PRAGMA synchronous = FULL"));
    return create_schema(*database);
  };
  MAPISYNC_TRYV(fill());
  MAPISYNC_TRYV(file.give_name(path));
  return synchronize_directory(path);
}

Result<void> check_writable(const std::string& path) {
  if (::access(path.c_str(), W_OK) == 0) return success();
  const int error = errno;
  if (error == EROFS || error == EACCES) return store_failure(Errc::store_read_only, path, "cannot be written");
  return failure_of_errno(error, path, "cannot be written");
}

Result<void> reclaim_companions(const std::string& path) {
  for (const char* suffix : {"-wal", "-shm"}) {
    const std::string name = path + suffix;
    struct stat status {};
    if (::lstat(name.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || (status.st_mode & S_IWUSR) != 0) continue;
    if (::chmod(name.c_str(), S_IRUSR | S_IWUSR) != 0)
      return store_failure(Errc::store_read_only, name, "cannot be written");
  }
  return success();
}

}  // namespace mapisync::sqlite
