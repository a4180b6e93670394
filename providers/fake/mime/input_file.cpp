#include "providers/fake/mime/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "providers/fake/mime/utf8.h"

namespace mapisync::mime {

std::string shown_path(const std::string& path) {
  std::string text = to_valid_utf8(path);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text;
}

Failure file_failure(int error, const std::string& path) {
  const std::string name = shown_path(path);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return fail(Errc::missing_file, Scope::process, Retry::on_change,
                  name + ": no such file or folder; check the path");
    case EACCES:
    case EPERM:
      return fail(Errc::permission, Scope::process, Retry::on_change, name + ": not readable; check its permissions");
    case ELOOP:
      return fail(Errc::io_error, Scope::process, Retry::on_change,
                  name + ": a symbolic link that leads nowhere; remove it");
    default:
      return fail(Errc::io_error, Scope::process, Retry::later,
                  name + ": " + std::generic_category().message(error) + "; check the disk, then try again");
  }
}

Result<InputFile> InputFile::open(const std::string& path) {
  // Non-blocking, because opening a pipe would wait for its writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return file_failure(errno, path);
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) {
    const int error = errno;
    ::close(descriptor);
    return file_failure(error, path);
  }
  if (!S_ISREG(info.st_mode)) {
    ::close(descriptor);
    return fail(Errc::invalid_argument, Scope::process, Retry::on_change,
                shown_path(path) + ": no regular file; name a file or a folder of mail");
  }
  return InputFile(descriptor, static_cast<std::uint64_t>(info.st_size), path);
}

InputFile::InputFile(InputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_), path_(std::move(other.path_)) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  std::swap(path_, other.path_);
  return *this;
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<Bytes> InputFile::read(std::size_t length) {
  Bytes bytes(length, '\0');
  for (;;) {
    const ssize_t got = ::read(descriptor_, bytes.data(), bytes.size());
    if (got >= 0) {
      bytes.resize(static_cast<std::size_t>(got));
      return bytes;
    }
    if (errno != EINTR) return file_failure(errno, path_);
  }
}

Result<Bytes> InputFile::read_all(std::size_t bytes_max) {
  Bytes all;
  for (;;) {
    MAPISYNC_TRY(piece, read(std::size_t{256} << 10U));
    if (piece.empty()) return all;
    all += piece;
    if (all.size() > bytes_max)
      return fail(Errc::too_big, Scope::message, Retry::on_change, shown_path(path_) + ": too large for a message");
  }
}

}  // namespace mapisync::mime
