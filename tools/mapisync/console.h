// The two streams of the process: results on standard output, everything for people on standard error.
// One caller at a time. Text is written as given: callers make it harmless first (safe_text.h).
#pragma once

#include <string>
#include <string_view>

#include "engine/base/log.h"
#include "engine/ports/clock.h"

namespace mapisync::cli {

struct ConsoleStyle {
  bool quiet{false};  // only warnings, errors and the last line on standard error
  bool verbose{false};
  Level level{Level::warn};
  bool no_colour{false};  // as asked for; NO_COLOR and TERM=dumb count too
};

class Console {
 public:
  explicit Console(Clock& clock);

  void configure(const ConsoleStyle& style);
  bool quiet() const noexcept { return style_.quiet; }
  bool verbose() const noexcept { return style_.verbose; }
  /// Standard error is a terminal that can redraw a line, and --quiet was not given.
  bool can_show_bar() const noexcept { return err_terminal_ && !style_.quiet; }
  /// Colour codes are welcome on standard output.
  bool out_colour() const noexcept { return out_colour_; }
  std::size_t err_columns() const noexcept;
  std::size_t out_columns() const noexcept;

  /// Standard output, buffered. A reader that went away is no failure; a full disk is: see finish().
  void print(std::string_view text);
  /// A line on standard error, unless quiet. `line` has no line end.
  void note(std::string_view line);
  /// A line on standard error, always.
  void line(std::string_view line);
  /// A log that writes to standard error at the chosen level: UTC time, level, text.
  Log log();

  /// The line at the bottom of the terminal; replaced by the next, gone before any other line is written.
  void show_bar(std::string_view bar);
  void hide_bar();

  /// The reader of standard output went away: further results are wasted effort.
  bool out_gone() const noexcept { return out_gone_; }
  /// Writes what is buffered. False: results were lost for another reason than a reader that left; `why` says which.
  bool finish(std::string& why);

 private:
  void flush_out();
  void write_log(Level level, std::string_view text);

  Clock& clock_;
  ConsoleStyle style_;
  bool err_terminal_{false};
  bool err_colour_{false};
  bool out_colour_{false};
  std::string out_;
  bool out_gone_{false};
  int out_error_{0};
  bool bar_shown_{false};
};

}  // namespace mapisync::cli
