// A story that goes on in several ways from one point: each way in a process of its own, so that what led to that point
// is played once. POSIX; for processes with one thread.
#pragma once

#include <sys/types.h>

#include <string>

namespace mapisync::test {

class Branch {
 public:
  /// From here on there are two processes; this one waits in answer(), the other one goes on inside().
  Branch();
  ~Branch();
  Branch(const Branch&) = delete;
  Branch& operator=(const Branch&) = delete;

  bool inside() const noexcept { return child_ == 0; }
  /// Ends the process inside; nothing is destroyed.
  [[noreturn]] void end(const std::string& answer) const;
  /// What was said at the end, once it has ended; a process that died says nothing.
  std::string answer();

 private:
  pid_t child_{0};
  int pipe_{-1};  // outside the end to read from, inside the one to write to
};

}  // namespace mapisync::test
