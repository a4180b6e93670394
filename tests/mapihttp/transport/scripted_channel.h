// An HttpChannel without a network: each request is answered by the next of a list of answers, and remembered. One
// thread.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "providers/mapihttp/transport/http_channel.h"

namespace mapisync::mapihttp::test {

struct ScriptedAnswer {
  int status{200};
  std::vector<std::string> headers;
  std::string data;
  std::optional<Failure> failure{};  // after the data, if there are any
  bool may_be_executed{true};
};

struct SeenRequest {
  std::string url;
  HeaderList headers;
  std::string body;
  std::string authorization;
  bool fresh_connection{false};
  std::optional<Duration> deadline;

  std::string header(std::string_view name) const {
    const std::string* value = headers.find(name);
    return value == nullptr ? "(none)" : *value;
  }
};

class ScriptedChannel final : public HttpChannel {
 public:
  /// Borrowed, both: a session owns its channel, and a test looks at these.
  ScriptedChannel(std::deque<ScriptedAnswer>& answers, std::vector<SeenRequest>& seen)
      : answers_(answers), seen_(seen) {}

  HttpOutcome post(const HttpRequest& request, HttpReceiver& receiver, const CallLimits& limits) override {
    seen_.push_back({request.url, request.headers, std::string(request.body),
                     std::string(authorization(request.credentials).reveal()), request.fresh_connection,
                     limits.deadline});
    if (answers_.empty()) return {fail(Errc::internal, Scope::process, Retry::never, "no answer is left"), false};
    const ScriptedAnswer answer = std::move(answers_.front());
    answers_.pop_front();
    if (!answer.failure || !answer.data.empty()) {
      HeaderList headers;
      for (const std::string& line : answer.headers) {
        if (!headers.add_line(line)) return {fail(Errc::internal, Scope::process, Retry::never, "a bad header"), false};
      }
      if (auto taken = receiver.head(answer.status, headers); !taken) return {std::move(taken).error(), true};
      if (auto taken = receiver.data(answer.data); !taken) return {std::move(taken).error(), true};
    }
    return {answer.failure, answer.failure ? answer.may_be_executed : true};
  }
  bool channel_binding() const override { return false; }

 private:
  std::deque<ScriptedAnswer>& answers_;
  std::vector<SeenRequest>& seen_;
};

}  // namespace mapisync::mapihttp::test
