// Work in a process of its own: its memory is its own, and it may end without closing anything.
#pragma once

#include <type_traits>

#include <sys/wait.h>
#include <unistd.h>

#include "bench/world.h"

namespace mapisync::bench {

/// Calls `work(tell)` in a child; it calls tell(answer) once. The child ends there, with nothing closed and no
/// destructor run: as a process that is killed.
template <class Answer, class Work>
Answer in_child(Work work) {
  static_assert(std::is_trivially_copyable_v<Answer>);
  int ends[2];
  if (::pipe(ends) != 0) give_up("no pipe to a child process");
  const pid_t child = ::fork();
  if (child < 0) give_up("no child process");
  if (child == 0) {
    work([&](const Answer& answer) {
      ::_exit(::write(ends[1], &answer, sizeof answer) == static_cast<ssize_t>(sizeof answer) ? 0 : 1);
    });
    ::_exit(1);
  }
  ::close(ends[1]);
  Answer answer{};
  const bool heard = ::read(ends[0], &answer, sizeof answer) == static_cast<ssize_t>(sizeof answer);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!heard || status != 0) give_up("the child process failed");
  return answer;
}

}  // namespace mapisync::bench
