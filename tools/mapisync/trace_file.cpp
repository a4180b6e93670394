#include "tools/mapisync/trace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace mapisync::cli {

namespace {

Failure failure_for(Errc code, const std::string& path, int error) {
  return fail(code, Scope::process, Retry::never, "'" + path + "': " + std::strerror(error));
}

Errc code_of_write(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG ? Errc::store_full : Errc::io_error;
}

Errc code_of_open(int error) {
  if (error == ENOENT || error == ENOTDIR || error == ELOOP) return Errc::missing_file;
  return error == EACCES || error == EPERM ? Errc::permission : Errc::io_error;
}

}  // namespace

TraceFile::TraceFile(int fd, std::string path, Log log) : fd_(fd), path_(std::move(path)), log_(std::move(log)) {}

TraceFile::TraceFile(TraceFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      log_(std::move(other.log_)),
      empty_(other.empty_) {}

TraceFile::~TraceFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  if (empty_) ::unlink(path_.c_str());
}

Result<TraceFile> TraceFile::create(const std::string& path, Log log) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd >= 0) return TraceFile(fd, path, std::move(log));
  if (errno == EEXIST) {
    return fail(Errc::store_read_only, Scope::process, Retry::never,
                "there is a file of that name; a trace replaces nothing, name a new one");
  }
  return failure_for(Errc::store_read_only, path, errno);
}

Failure TraceFile::failed(int error) {
  Failure failure = failure_for(code_of_write(error), path_, error);
  log_.warn("the recording ends here, the work goes on: " + failure.context);
  return failure;
}

Result<void> TraceFile::append(BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(errno);
    empty_ = false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return success();
}

Result<void> TraceFile::sync() {
  if (::fsync(fd_) != 0 && errno != EINVAL && errno != ENOTSUP) return failed(errno);
  return success();
}

TraceInput::TraceInput(TraceInput&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

TraceInput::~TraceInput() {
  if (fd_ >= 0) ::close(fd_);
}

Result<TraceInput> TraceInput::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return failure_for(code_of_open(errno), path, errno);
  TraceInput input(fd, path);
  struct stat status {};
  if (::fstat(fd, &status) != 0) return failure_for(Errc::io_error, path, errno);
  if (S_ISREG(status.st_mode)) return input;
  return fail(Errc::malformed, Scope::process, Retry::never,
              "'" + path + "': this is no regular file; 'mapisync sync --record FILE' makes traces");
}

Result<Bytes> TraceInput::read(std::size_t max) {
  Bytes bytes(max, '\0');
  while (true) {
    const ssize_t got = ::read(fd_, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure_for(Errc::io_error, path_, errno);
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }
}

}  // namespace mapisync::cli
