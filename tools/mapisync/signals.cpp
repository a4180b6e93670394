#include "tools/mapisync/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace mapisync::cli {

namespace {

// A signal handler has no other way to its data.
std::atomic<StopFlag*> stop_target{nullptr};
static_assert(std::atomic<StopFlag*>::is_always_lock_free);

constexpr std::array<int, 3> kStopSignals{SIGINT, SIGTERM, SIGHUP};

void tell(std::string_view text) noexcept {
  // Nothing can be done in a handler if standard error is gone.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

void on_stop_signal(int /*signal*/) noexcept {
  StopFlag* stop = stop_target.load();
  if (stop != nullptr && !stop->requested()) {
    stop->request();
    tell("\nmapisync: stopping after the open batch; once more leaves at once\n");
    return;
  }
  tell("\nmapisync: exit 130 (interrupted): left at once; the last commit is safe, run the same command again\n");
  ::_exit(130);
}

void handle(int signal, void (*handler)(int)) noexcept {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  // Writes and locks go on after a signal. The one wait that may last for ever, wait_readable, is never restarted.
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void prepare_process() noexcept {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) == -1) {
      const int taken = ::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
      if (taken == -1) ::_exit(74);
    }
  }
  handle(SIGPIPE, SIG_IGN);
}

bool wait_readable(int descriptor, const StopFlag& stop) noexcept {
  sigset_t held;
  sigset_t before;
  sigemptyset(&held);
  for (const int signal : kStopSignals) sigaddset(&held, signal);
  // A signal between the look at the flag and the wait would be lost to the wait: it is let in by ppoll only.
  sigprocmask(SIG_BLOCK, &held, &before);
  pollfd wanted{descriptor, POLLIN, 0};
  int ready = 0;
  while (!stop.requested() && ready == 0) {
    ready = ::ppoll(&wanted, 1, nullptr, &before);
    if (ready < 0 && errno == EINTR) ready = 0;
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  return ready != 0;  // also where it cannot be polled: the read will say why
}

StopOnSignal::StopOnSignal(StopFlag& stop) noexcept {
  stop_target.store(&stop);
  for (const int signal : kStopSignals) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    const bool unwanted = signal == SIGHUP && before.sa_handler == SIG_IGN;  // nohup
    if (!unwanted) handle(signal, on_stop_signal);
  }
}

StopOnSignal::~StopOnSignal() {
  for (const int signal : kStopSignals) {
    struct sigaction now {};
    sigaction(signal, nullptr, &now);
    if (now.sa_handler == on_stop_signal) handle(signal, SIG_DFL);
  }
  stop_target.store(nullptr);
}

}  // namespace mapisync::cli
