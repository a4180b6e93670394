#include "providers/fake/words.h"

#include "engine/base/bytes.h"

namespace mapisync::fake {
namespace {

Failure bad_word(std::string why) { return fail(Errc::invalid_argument, Scope::process, Retry::never, std::move(why)); }

bool needs_quotes(std::string_view word) {
  if (word.empty() || word.front() == '#') return true;
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7f || c == '"' || c == '\\') return true;
  }
  return false;
}

// The character after a backslash; moves `at` behind it.
Result<char> unescape(std::string_view line, std::size_t& at) {
  if (at >= line.size()) return bad_word("a backslash at the end");
  switch (const char c = line[at++]) {
    case '"':
    case '\\': return c;
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'x': {
      Bytes byte;
      if (at + 2 > line.size() || !from_hex(line.substr(at, 2), byte)) return bad_word("\\x needs two hex digits");
      at += 2;
      return byte[0];
    }
    default: return bad_word(std::string("unknown escape \\") + c);
  }
}

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view line) {
  std::vector<std::string> words;
  std::size_t at = 0;
  for (;;) {
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r')) ++at;
    if (at >= line.size() || line[at] == '#') return words;
    std::string word;
    if (line[at] != '"') {
      while (at < line.size() && line[at] != ' ' && line[at] != '\t' && line[at] != '\r') word.push_back(line[at++]);
      words.push_back(std::move(word));
      continue;
    }
    for (++at;;) {
      if (at >= line.size()) return bad_word("a quote is never closed");
      const char c = line[at++];
      if (c == '"') break;
      if (c != '\\') {
        word.push_back(c);
        continue;
      }
      MAPISYNC_TRY(plain, unescape(line, at));
      word.push_back(plain);
    }
    words.push_back(std::move(word));
  }
}

std::string quote_word(std::string_view word) {
  if (!needs_quotes(word)) return std::string(word);
  std::string out = "\"";
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\t')
      out += "\\t";
    else if (byte < ' ' || byte == 0x7f)
      out += "\\x" + to_hex(std::string_view(&c, 1));
    else
      out.push_back(c);
  }
  return out + "\"";
}

}  // namespace mapisync::fake
