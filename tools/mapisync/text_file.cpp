#include "tools/mapisync/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tools/mapisync/safe_text.h"

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

Failure file_failure(const std::string& path, int error) {
  Errc code = Errc::io_error;
  if (error == ENOENT || error == ENOTDIR) code = Errc::missing_file;
  if (error == EISDIR) code = Errc::malformed;
  if (error == EACCES || error == EPERM) code = Errc::permission;
  return fail(code, Scope::process, Retry::never, "'" + path + "': " + std::strerror(error));
}

}  // namespace

Result<std::string> read_text_file(const std::string& path, std::size_t limit) {
  const Descriptor file(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return file_failure(path, errno);
  std::string text;
  std::array<char, 64U << 10U> buffer{};
  while (true) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
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
