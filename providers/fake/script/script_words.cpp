#include "providers/fake/script/script_words.h"

#include <charconv>
#include <utility>

#include "engine/base/bytes.h"

namespace mapisync::fake {

namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// What stands after a backslash, `at` pointing to it and moved behind it.
Result<char> escaped(std::string_view line, std::size_t& at) {
  if (at >= line.size()) return script_error("the line ends after a backslash");
  const char c = line[at++];
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case '"':
    case '\\': return c;
    case 'x': {
      Bytes byte;
      if (at + 2 > line.size() || !from_hex(line.substr(at, 2), byte))
        return script_error("\\x wants two hexadecimal digits");
      at += 2;
      return byte.front();
    }
    default: return script_error(std::string("unknown escape \\") + c + "; there are \\\" \\\\ \\n \\r \\t \\xNN");
  }
}

/// The text of a quoted word, `at` pointing behind the opening quote and moved behind the closing one.
Result<std::string> quoted_text(std::string_view line, std::size_t& at) {
  std::string text;
  while (at < line.size()) {
    const char c = line[at++];
    if (c == '"') return text;
    if (c != '\\') {
      text += c;
      continue;
    }
    MAPISYNC_TRY(plain, escaped(line, at));
    text += plain;
  }
  return script_error("a quotation mark is not closed");
}

}  // namespace

Failure script_error(std::string sentence) {
  return fail(Errc::malformed, Scope::process, Retry::never, std::move(sentence));
}

Result<ScriptWords> ScriptWords::split(std::string_view line) {
  ScriptWords words;
  for (std::size_t at = 0; at < line.size();) {
    const char c = line[at];
    if (blank(c)) {
      ++at;
    } else if (c == '#') {
      break;
    } else if (c == '"') {
      ++at;
      MAPISYNC_TRY(text, quoted_text(line, at));
      words.words_.push_back({std::move(text), true});
      if (at < line.size() && !blank(line[at]) && line[at] != '#')
        return script_error("a blank is missing after a quotation mark");
    } else {
      // A '#' inside a bare word belongs to it: Inbox#3 names a message.
      const std::size_t begin = at;
      while (at < line.size() && !blank(line[at]) && line[at] != '"') ++at;
      if (at < line.size() && line[at] == '"')
        return script_error("a quotation mark inside a word; quote the whole word");
      words.words_.push_back({std::string(line.substr(begin, at - begin)), false});
    }
  }
  return words;
}

const std::string& ScriptWords::peek() const noexcept {
  static const std::string kNone;
  return done() ? kNone : words_[at_].text;
}

Result<std::string> ScriptWords::take(std::string_view wanted) {
  if (done()) return script_error(std::string(wanted) + " is missing");
  return words_[at_++].text;
}

bool ScriptWords::take_if(std::string_view keyword) {
  if (done() || words_[at_].quoted || words_[at_].text != keyword) return false;
  ++at_;
  return true;
}

Result<std::uint64_t> ScriptWords::take_number(std::string_view wanted) {
  MAPISYNC_TRY(text, take(wanted));
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0) {
    return script_error("'" + text + "' is no " + std::string(wanted));
  }
  return number;
}

Result<void> ScriptWords::end() const {
  if (done()) return success();
  return script_error("unexpected word '" + words_[at_].text + "'");
}

}  // namespace mapisync::fake
