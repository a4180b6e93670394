#include "tools/mapisync/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "engine/base/time.h"
#include "tools/mapisync/safe_text.h"

namespace mapisync::cli {

namespace {

/// All of it, or the errno that prevented it.
int write_all(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

void write_err(std::string_view text) noexcept {
  // Where standard error is gone there is nobody left to tell.
  [[maybe_unused]] const int error = write_all(STDERR_FILENO, text);
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): before any thread starts
  return value != nullptr && *value != '\0';
}

bool dumb_terminal() {
  const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): before any thread starts
  return term == nullptr || std::strcmp(term, "dumb") == 0;
}

std::size_t columns_of(int fd) noexcept {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  constexpr std::size_t kUnlimited = 10'000;  // files and pipes have no edge
  return ::isatty(fd) == 1 ? 80 : kUnlimited;
}

const char* label(Level level) {
  switch (level) {
    case Level::trace: return "trace";
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warning";
    default: return "error";
  }
}

}  // namespace

Console::Console(Clock& clock) : clock_(clock) { configure(ConsoleStyle{}); }

void Console::configure(const ConsoleStyle& style) {
  style_ = style;
  const bool colour = !style.no_colour && !is_set("NO_COLOR") && !dumb_terminal();
  err_terminal_ = ::isatty(STDERR_FILENO) == 1 && !dumb_terminal();
  err_colour_ = colour && err_terminal_;
  out_colour_ = colour && ::isatty(STDOUT_FILENO) == 1;
}

std::size_t Console::err_columns() const noexcept { return columns_of(STDERR_FILENO); }
std::size_t Console::out_columns() const noexcept { return columns_of(STDOUT_FILENO); }

void Console::print(std::string_view text) {
  constexpr std::size_t kBuffer = 64U << 10U;
  if (out_gone_ || out_error_ != 0) return;
  out_ += text;
  if (out_.size() >= kBuffer) flush_out();
}

void Console::flush_out() {
  if (out_.empty()) return;
  hide_bar();
  const int error = write_all(STDOUT_FILENO, out_);
  out_.clear();
  if (error == EPIPE) out_gone_ = true;
  if (error != 0 && error != EPIPE) out_error_ = error;
}

void Console::note(std::string_view text) {
  if (!style_.quiet) line(text);
}

void Console::line(std::string_view text) {
  hide_bar();
  write_err(std::string(text) + "\n");
}

Log Console::log() {
  const Level level = style_.level;
  return Log::to_receiver([this](Level at, std::string_view text) { write_log(at, text); }, level);
}

void Console::write_log(Level level, std::string_view text) {
  const char* colour = level == Level::error ? "\x1b[31m" : level == Level::warn ? "\x1b[33m" : "";
  const bool coloured = err_colour_ && *colour != '\0';
  std::string out = to_iso8601(std::chrono::floor<std::chrono::seconds>(clock_.now())) + ' ';
  if (coloured) out += colour;
  out += label(level);
  if (coloured) out += "\x1b[0m";
  line(out + ' ' + for_terminal(text));
}

void Console::show_bar(std::string_view bar) {
  if (!can_show_bar()) return;
  write_err("\r\x1b[2K" + std::string(bar));
  bar_shown_ = true;
}

void Console::hide_bar() {
  if (!bar_shown_) return;
  write_err("\r\x1b[2K");
  bar_shown_ = false;
}

bool Console::finish(std::string& why) {
  flush_out();
  hide_bar();
  if (out_error_ == 0) return true;
  why = std::strerror(out_error_);  // NOLINT(concurrency-mt-unsafe): single-threaded by now
  return false;
}

}  // namespace mapisync::cli
