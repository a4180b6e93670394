#include "tools/mapisync/safe_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include "tools/mapisync/safe_text.h"

namespace mapisync::cli {

namespace {

Failure failure_of_errno(int error, const std::string& shown) {
  Errc code = Errc::io_error;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) code = Errc::store_full;
  if (error == EACCES || error == EPERM || error == EROFS || error == ENOTDIR || error == ENOENT || error == ELOOP ||
      error == EEXIST) {
    code = Errc::store_read_only;
  }
  return fail(code, Scope::process, Retry::never, "'" + shown + "': " + std::strerror(error));
}

/// Reserved by Windows, with any extension; files travel.
bool reserved(std::string name) {
  name = name.substr(0, name.find('.'));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  constexpr std::array<std::string_view, 4> kNames{"CON", "PRN", "AUX", "NUL"};
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
  return name.size() == 4 && (name.starts_with("COM") || name.starts_with("LPT")) && name[3] >= '0' && name[3] <= '9';
}

/// Whole UTF-8 characters only; `text` is valid.
void cut(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  std::size_t at = bytes_max;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
  text.resize(at);
}

}  // namespace

std::string safe_component(std::string_view name, std::size_t bytes_max) {
  std::string out = for_terminal(name);
  for (char& c : out) {
    if (std::string_view("/\\<>:\"|?*{}").find(c) != std::string_view::npos) c = '_';
  }
  cut(out, bytes_max);
  while (!out.empty() && (out.back() == '.' || out.back() == ' ')) out.pop_back();
  const std::size_t begin = out.find_first_not_of(". ");
  out.erase(0, std::min(begin, out.size()));
  if (!out.empty() && out.front() == '-') out.front() = '_';  // never an option of some command
  if (out.empty()) return "_";
  return reserved(out) ? '_' + out : out;
}

NewFile::NewFile(int directory, int fd, std::string shown, std::string name, std::string part)
    : directory_(directory), fd_(fd), shown_(std::move(shown)), name_(std::move(name)), part_(std::move(part)) {}

NewFile::NewFile(NewFile&& other) noexcept
    : directory_(other.directory_),
      fd_(std::exchange(other.fd_, -1)),
      shown_(std::move(other.shown_)),
      name_(std::move(other.name_)),
      part_(std::move(other.part_)),
      buffer_(std::move(other.buffer_)) {}

NewFile::~NewFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlinkat(directory_, part_.c_str(), 0);
}

Result<void> NewFile::write(BytesView piece) {
  constexpr std::size_t kBuffer = 256U << 10U;
  buffer_ += piece;
  if (buffer_.size() < kBuffer) return success();
  return flush();
}

Result<void> NewFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure_of_errno(errno, shown_);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
  return success();
}

Result<bool> NewFile::finish(std::optional<Timestamp> modified) {
  MAPISYNC_TRYV(flush());
  if (modified) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*modified);
    const timespec time{static_cast<time_t>(seconds.time_since_epoch().count()), 0};
    const std::array<timespec, 2> times{time, time};
    ::futimens(fd_, times.data());  // a courtesy: a file with another date is no failure
  }
  if (::close(std::exchange(fd_, -1)) != 0) {
    const int error = errno;
    ::unlinkat(directory_, part_.c_str(), 0);
    return failure_of_errno(error, shown_);
  }
  // Other than a rename, a link never replaces anything. File systems without links have the exclusive rename.
  const int linked = ::linkat(directory_, part_.c_str(), directory_, name_.c_str(), 0);
  const int error = linked == 0 ? 0 : errno;
  if (linked != 0 && error != EEXIST &&
      ::renameat2(directory_, part_.c_str(), directory_, name_.c_str(), RENAME_NOREPLACE) == 0) {
    return true;
  }
  ::unlinkat(directory_, part_.c_str(), 0);
  if (linked == 0) return true;
  if (error == EEXIST) return false;
  return failure_of_errno(error, shown_);
}

SafeDirectory::SafeDirectory(int fd, std::string shown) noexcept : fd_(fd), shown_(std::move(shown)) {}
SafeDirectory::SafeDirectory(SafeDirectory&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), shown_(std::move(other.shown_)) {}
SafeDirectory& SafeDirectory::operator=(SafeDirectory&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(shown_, other.shown_);
  return *this;
}
SafeDirectory::~SafeDirectory() {
  if (fd_ >= 0) ::close(fd_);
}

Result<SafeDirectory> SafeDirectory::open(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failure_of_errno(errno, path);
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failure_of_errno(errno, path);
  SafeDirectory directory(fd, path);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return fail(Errc::store_locked, Scope::process, Retry::later, "another export writes into '" + path + "'");
  }
  return directory;
}

Result<SafeDirectory> SafeDirectory::child(const std::string& name) const {
  const std::string shown = shown_ + '/' + name;
  if (::mkdirat(fd_, name.c_str(), 0700) != 0 && errno != EEXIST) return failure_of_errno(errno, shown);
  const int fd = ::openat(fd_, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return failure_of_errno(errno, shown);
  return SafeDirectory(fd, shown);
}

Result<SafeDirectory> SafeDirectory::again() const {
  const int fd = ::fcntl(fd_, F_DUPFD_CLOEXEC, 3);
  if (fd < 0) return failure_of_errno(errno, shown_);
  return SafeDirectory(fd, shown_);
}

Result<bool> SafeDirectory::contains(const std::string& name) const {
  struct stat found {};
  if (::fstatat(fd_, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno == ENOENT) return false;
  return failure_of_errno(errno, shown_ + '/' + name);
}

Result<NewFile> SafeDirectory::create(const std::string& name) const {
  const std::string shown = shown_ + '/' + name;
  std::string part = '.' + name + ".part";
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  int fd = ::openat(fd_, part.c_str(), kFlags, 0600);
  if (fd < 0 && errno == EEXIST) {
    // Left behind by an export that was killed: nobody else writes here now, see open().
    ::unlinkat(fd_, part.c_str(), 0);
    fd = ::openat(fd_, part.c_str(), kFlags, 0600);
  }
  if (fd < 0) return failure_of_errno(errno, shown);
  return NewFile(fd_, fd, shown, name, std::move(part));
}

Result<void> SafeDirectory::sync() const {
  if (::syncfs(fd_) != 0) return failure_of_errno(errno, shown_);
  return success();
}

}  // namespace mapisync::cli
