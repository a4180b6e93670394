#include "tests/model/branch.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace mapisync::test {

namespace {

[[noreturn]] void fail_with_errno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

Branch::Branch() {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) fail_with_errno("pipe");
  std::fflush(nullptr);  // what is in a buffer would be written twice
  child_ = fork();
  if (child_ < 0) fail_with_errno("fork");
  pipe_ = inside() ? ends[1] : ends[0];
  close(inside() ? ends[0] : ends[1]);
}

Branch::~Branch() {
  if (pipe_ >= 0) close(pipe_);
}

void Branch::end(const std::string& answer) const {
  std::size_t at = 0;
  while (at < answer.size()) {
    const ssize_t written = write(pipe_, answer.data() + at, answer.size() - at);
    if (written <= 0) _exit(1);
    at += static_cast<std::size_t>(written);
  }
  _exit(0);
}

std::string Branch::answer() {
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t got = read(pipe_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  int status = 0;
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : "";
}

}  // namespace mapisync::test
