// A line of a world script as words: split, quotes and escapes undone, taken one by one.
// Values; any thread. Failures: Errc::malformed with a context for people, without the line number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace mapisync::fake {

class ScriptWords {
 public:
  /// Blanks separate words; "..." keeps blanks and knows \" \\ \n \r \t \xNN; # outside quotes ends the line.
  static Result<ScriptWords> split(std::string_view line);

  bool done() const noexcept { return at_ == words_.size(); }
  /// The next word without taking it; empty at the end.
  const std::string& peek() const noexcept;
  /// The next word; fails at the end, saying what was wanted: "a folder path".
  Result<std::string> take(std::string_view wanted);
  /// Takes the next word if it is just this one, unquoted.
  bool take_if(std::string_view keyword);
  Result<std::uint64_t> take_number(std::string_view wanted);
  /// The next word is bare, so that it may be a keyword.
  bool next_is_bare() const noexcept { return !done() && !words_[at_].quoted; }
  std::size_t left() const noexcept { return words_.size() - at_; }
  /// Fails if words are left.
  Result<void> end() const;

 private:
  struct Word {
    std::string text;
    bool quoted{false};
  };
  std::vector<Word> words_;
  std::size_t at_{0};
};

/// Errc::malformed with this sentence.
Failure script_error(std::string sentence);

}  // namespace mapisync::fake
