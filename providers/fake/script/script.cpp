#include "providers/fake/script/script.h"

#include <algorithm>
#include <utility>

#include "providers/fake/script/statements.h"

namespace mapisync::fake {

Result<Script> Script::parse(std::string_view text, std::string name) {
  Script script;
  script.name_ = std::move(name);
  std::size_t line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    ++line;
    const auto wrong = [&](const Failure& failure) {
      return fail(Errc::malformed, Scope::process, Retry::never,
                  script.name_ + ":" + std::to_string(line) + ": " + failure.context);
    };
    auto words = ScriptWords::split(text.substr(at, end - at));
    at = end + 1;
    if (!words) return wrong(words.error());
    if (words.value().done()) continue;
    auto action = parse_statement(words.value());
    if (!action) return wrong(action.error());
    script.statements_.push_back({line, std::move(action).value()});
  }
  return script;
}

Result<void> Script::apply(FakeMailbox& mailbox, const StopFlag* stop) const {
  for (const Statement& statement : statements_) {
    const auto told = [&](Failure failure) {
      const std::string context = failure.context.empty() ? name_of(failure.errc()) : failure.context;
      failure.context = name_ + ":" + std::to_string(statement.line) + ": " + context;
      return failure;
    };
    if (stop != nullptr && stop->requested()) {
      return told(fail(Errc::cancelled, Scope::process, Retry::never, "stopped before this line"));
    }
    auto batch = mailbox.begin();
    if (!batch) return told(batch.error());
    if (auto done = statement.action(mailbox); !done) return told(done.error());
    if (auto done = batch.value().commit(); !done) return told(done.error());
  }
  return success();
}

}  // namespace mapisync::fake
