#include "tools/mapisync/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tools/mapisync/signals.h"

namespace mapisync::cli {

namespace {

/// An open descriptor, closed with the object unless it is standard input.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ > STDIN_FILENO) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

Failure no_regular_file(const std::string& path) {
  return fail(Errc::malformed, Scope::process, Retry::never,
              "'" + path + "' is not a regular file; name one, or - for standard input");
}

Failure file_failure(const std::string& path, int error) {
  Errc code = Errc::io_error;
  if (error == ENOENT || error == ENOTDIR || error == ELOOP) code = Errc::missing_file;
  if (error == ENXIO) return no_regular_file(path);  // a socket
  if (error == EACCES || error == EPERM) code = Errc::permission;
  return fail(code, Scope::process, Retry::never, "'" + path + "': " + std::strerror(error));
}

/// A file that is named holds all it will ever hold. Anything else could keep us waiting, for an end or even for being
/// opened.
Result<void> check_regular(const std::string& path, int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return file_failure(path, errno);
  if (!S_ISREG(status.st_mode)) return no_regular_file(path);
  return success();
}

}  // namespace

Result<std::string> read_text_file(const std::string& path, std::size_t limit, const StopFlag& stop) {
  const bool input = path == "-";
  const Descriptor file(input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return file_failure(path, errno);
  if (!input) MAPISYNC_TRYV(check_regular(path, file.get()));
  std::string text;
  std::array<char, 64U << 10U> buffer{};
  while (true) {
    if (!wait_readable(file.get(), stop)) {
      return fail(Errc::cancelled, Scope::process, Retry::later,
                  "stopped while reading " + (input ? "standard input" : "'" + path + "'"));
    }
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return file_failure(path, errno);
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > limit) {
      return fail(Errc::malformed, Scope::process, Retry::never,
                  "'" + path + "' is larger than " + std::to_string(limit) + " bytes");
    }
  }
}

}  // namespace mapisync::cli
