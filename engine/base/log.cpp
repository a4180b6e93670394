#include "engine/base/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <mutex>
#include <utility>

namespace mapisync {

namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::trace: return spdlog::level::trace;
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::off: break;
  }
  return spdlog::level::off;
}

Level from_spdlog(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace: return Level::trace;
    case spdlog::level::debug: return Level::debug;
    case spdlog::level::info: return Level::info;
    case spdlog::level::warn: return Level::warn;
    default: return Level::error;
  }
}

class ReceiverSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ReceiverSink(Log::Receiver receiver) : receiver_(std::move(receiver)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& msg) override {
    receiver_(from_spdlog(msg.level), std::string_view(msg.payload.data(), msg.payload.size()));
  }
  void flush_() override {}

 private:
  Log::Receiver receiver_;
};

}  // namespace

struct Log::Sink {
  explicit Sink(spdlog::logger made) : logger(std::move(made)) {}
  spdlog::logger logger;
};

Log::Log() noexcept = default;

Log Log::to_receiver(Receiver receiver, Level level) {
  Log log;
  log.sink_ = std::make_shared<Sink>(spdlog::logger("mapisync", std::make_shared<ReceiverSink>(std::move(receiver))));
  log.sink_->logger.set_level(to_spdlog(level));
  return log;
}

Log Log::to_stderr(Level level, bool colour) {
  spdlog::sink_ptr sink;
  if (colour) {
    sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  Log log;
  log.sink_ = std::make_shared<Sink>(spdlog::logger("mapisync", std::move(sink)));
  log.sink_->logger.set_level(to_spdlog(level));
  log.sink_->logger.set_pattern("%Y-%m-%dT%H:%M:%SZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  return log;
}

void Log::write(Level level, std::string_view line) const {
  if (sink_ == nullptr) return;
  sink_->logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

bool Log::enabled(Level level) const { return sink_ != nullptr && sink_->logger.should_log(to_spdlog(level)); }

}  // namespace mapisync
