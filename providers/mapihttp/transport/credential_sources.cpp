#include "providers/mapihttp/transport/credential_sources.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace mapisync::mapihttp {
namespace {

Failure refused(Errc code, std::string context) { return fail(code, Scope::process, Retry::never, std::move(context)); }

Failure system_failure(const std::string& what, int error) {
  Errc code = Errc::io_error;
  if (error == ENOENT || error == ENOTDIR || error == ENXIO || error == ENOTTY) code = Errc::missing_file;
  if (error == EACCES || error == EPERM) code = Errc::permission;
  return refused(code, what + ": " + std::generic_category().message(error));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// Input in pieces, wiped. Looks at the stop between waits, because a signal may come just before one.
class SecretReader {
 public:
  SecretReader(int descriptor, const StopFlag& stop, std::string what)
      : descriptor_(descriptor), stop_(stop), what_(std::move(what)) {}
  ~SecretReader() { wipe(buffer_.data(), buffer_.size()); }
  SecretReader(const SecretReader&) = delete;
  SecretReader& operator=(const SecretReader&) = delete;

  /// The next piece; empty at the end of input.
  Result<std::string_view> next(std::size_t most) {
    while (true) {
      if (stop_.requested()) return refused(Errc::cancelled, "stopped while reading " + what_);
      pollfd waiting{descriptor_, POLLIN, 0};
      constexpr int kLookAtStop = 200;  // ms
      const int ready = ::poll(&waiting, 1, kLookAtStop);
      if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
      if (ready < 0) return system_failure(what_, errno);
      const ssize_t got = ::read(descriptor_, buffer_.data(), std::min(most, buffer_.size()));
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got < 0) return system_failure(what_, errno);
      return std::string_view(buffer_.data(), static_cast<std::size_t>(got));
    }
  }

 private:
  int descriptor_;
  const StopFlag& stop_;
  std::string what_;
  std::array<char, 4096> buffer_{};
};

void drop_line_end(Secret& secret) noexcept {
  std::string_view text = secret.reveal();
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (!text.empty() && text.back() == '\r' && text.size() + 1 == secret.size()) text.remove_suffix(1);
  secret.truncate(text.size());
}

Result<Secret> read_all(int descriptor, const StopFlag& stop, const std::string& what) {
  SecretReader reader(descriptor, stop, what);
  Secret secret;
  while (true) {
    MAPISYNC_TRY(piece, reader.next(kMostSecretBytes));
    if (piece.empty()) break;
    if (secret.size() + piece.size() > kMostSecretBytes)
      return refused(Errc::too_big, what + " is no password or token");
    secret.append(piece);
  }
  drop_line_end(secret);
  if (secret.empty()) return refused(Errc::invalid_argument, what + " holds no password or token");
  return secret;
}

/// Without echo, and with the interrupt key as a character: a process that the key ends would leave the terminal mute.
class QuietTerminal {
 public:
  explicit QuietTerminal(int terminal) noexcept : terminal_(terminal) {}
  ~QuietTerminal() {
    if (changed_) ::tcsetattr(terminal_, TCSANOW, &before_);
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

  bool begin() noexcept {
    if (::tcgetattr(terminal_, &before_) != 0) return false;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG | ICANON);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    changed_ = ::tcsetattr(terminal_, TCSAFLUSH, &quiet) == 0;  // what was typed ahead was not meant for us
    return changed_;
  }
  bool is(char c, int key) const noexcept { return static_cast<unsigned char>(c) == before_.c_cc[key]; }

 private:
  int terminal_;
  termios before_{};
  bool changed_{false};
};

Result<void> show(int terminal, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(terminal, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return system_failure("the terminal", errno);
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return success();
}

/// One key of an answer. true: the answer is complete.
Result<bool> take_key(char key, const QuietTerminal& terminal, Secret& answer) {
  if (key == '\r' || key == '\n') return true;
  if (terminal.is(key, VINTR) || terminal.is(key, VQUIT) || (answer.empty() && terminal.is(key, VEOF))) {
    return refused(Errc::cancelled, "no password was entered");
  }
  if (terminal.is(key, VERASE) || key == '\b') {
    std::size_t size = answer.size();
    const std::string_view text = answer.reveal();
    // A character of UTF-8 goes as a whole: its continuation bytes, then its first.
    while (size > 1 && (static_cast<unsigned char>(text[size - 1]) & 0xC0U) == 0x80U) --size;
    answer.truncate(size == 0 ? 0 : size - 1);
  } else if (terminal.is(key, VKILL)) {
    answer.clear();
  } else if (answer.size() == kMostSecretBytes) {
    return refused(Errc::too_big, "what was entered is no password");
  } else {
    answer.append({&key, 1});
  }
  return false;
}

Result<Secret> read_answer(int descriptor, const QuietTerminal& terminal, const StopFlag& stop) {
  SecretReader reader(descriptor, stop, "the terminal");
  Secret answer;
  while (true) {
    MAPISYNC_TRY(piece, reader.next(1));
    if (piece.empty()) return refused(Errc::cancelled, "no password was entered");
    MAPISYNC_TRY(complete, take_key(piece.front(), terminal, answer));
    if (complete) break;
  }
  if (answer.empty()) return refused(Errc::cancelled, "no password was entered");
  return answer;
}

}  // namespace

Result<Secret> secret_from_environment(const std::string& variable) {
  char* value = std::getenv(variable.c_str());
  if (value == nullptr) return refused(Errc::missing_file, "the environment has no variable " + variable);
  const std::size_t size = std::strlen(value);
  Secret secret;
  if (size <= kMostSecretBytes) secret.append({value, size});
  wipe(value, size);
  ::unsetenv(variable.c_str());
  if (size > kMostSecretBytes) return refused(Errc::too_big, "variable " + variable + " is no password or token");
  drop_line_end(secret);
  if (secret.empty()) return refused(Errc::invalid_argument, "variable " + variable + " holds no password or token");
  return secret;
}

Result<Secret> secret_from_descriptor(int descriptor, const StopFlag& stop) {
  return read_all(descriptor, stop, "descriptor " + std::to_string(descriptor));
}

Result<Secret> secret_from_file(const std::string& path) {
  const std::string what = "'" + path + "'";
  // Not waiting for the writer of a pipe; what was opened is what is checked.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return system_failure(what, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_failure(what, errno);
  if (!S_ISREG(status.st_mode)) return refused(Errc::permission, what + " is not a regular file");
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return refused(Errc::permission, what + " belongs to somebody else");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return refused(Errc::permission, what + " can be read or written by others; chmod 600 " + what);
  }
  const StopFlag never;
  return read_all(file.get(), never, what);
}

Result<Secret> ask_terminal(int terminal, const std::string& question, const StopFlag& stop) {
  QuietTerminal quiet(terminal);
  if (!quiet.begin()) return system_failure("the terminal", errno);
  MAPISYNC_TRYV(show(terminal, question));
  auto answer = read_answer(terminal, quiet, stop);
  MAPISYNC_TRYV(show(terminal, "\n"));
  return answer;
}

Result<Secret> secret_from_prompt(const std::string& question, const StopFlag& stop) {
  const Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (terminal.get() < 0) return system_failure("there is no terminal to ask for the password", errno);
  return ask_terminal(terminal.get(), question, stop);
}

}  // namespace mapisync::mapihttp
