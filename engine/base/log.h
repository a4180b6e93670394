// Log lines of the library. The host decides where they go; nothing global is configured.
// Any thread. No subject, address, body or credential above Level::debug.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace mapisync {

enum class Level { trace, debug, info, warn, error, off };

/// A named stream of log lines. Cheap to copy; a default-made one is silent.
class Log {
 public:
  /// What receives the lines of a host-owned log. Called under a lock, never concurrently.
  using Receiver = std::function<void(Level level, std::string_view line)>;

  Log() noexcept;
  static Log to_receiver(Receiver receiver, Level level);
  /// Lines on standard error: UTC time, level, text. `colour` only where the caller knows it is a terminal.
  static Log to_stderr(Level level, bool colour);

  void write(Level level, std::string_view line) const;
  void error(std::string_view line) const { write(Level::error, line); }
  void warn(std::string_view line) const { write(Level::warn, line); }
  void info(std::string_view line) const { write(Level::info, line); }
  void debug(std::string_view line) const { write(Level::debug, line); }
  bool enabled(Level level) const;

 private:
  struct Sink;
  std::shared_ptr<Sink> sink_;
};

}  // namespace mapisync
