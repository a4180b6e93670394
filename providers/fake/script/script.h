// A small language for what happens to a mailbox: one change a line, as data that demos, tests and bug reports share.
// docs/script.md describes it. The whole text is parsed before anything is applied; each line is applied wholly or not
// at all.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/ports/stop.h"
#include "providers/fake/fake_mailbox.h"

namespace mapisync::fake {

class Script {
 public:
  /// One change to a mailbox. It runs within a Batch of its own.
  using Action = std::function<Result<void>(FakeMailbox&)>;

  /// Errc::malformed with "NAME:LINE: what is wrong". `name` is what errors call the text.
  static Result<Script> parse(std::string_view text, std::string name = "script");

  /// Lines with a change in them.
  std::size_t size() const noexcept { return statements_.size(); }
  /// In order. A failure names the line; the lines before it stay applied, the line itself has changed nothing.
  /// Errc::cancelled names the line before which `stop`, which may be null, was seen.
  Result<void> apply(FakeMailbox& mailbox, const StopFlag* stop = nullptr) const;

 private:
  struct Statement {
    std::size_t line{0};
    Action action;
  };
  std::string name_;
  std::vector<Statement> statements_;
};

/// The messages that a word of a script names: a message's own name, or FOLDER#N (the N-th of the folder by age, from
/// 1), FOLDER#last, FOLDER#* (all of them). Errc::not_found.
Result<std::vector<FakeMessageId>> messages_named(FakeMailbox& mailbox, const std::string& word);

}  // namespace mapisync::fake
