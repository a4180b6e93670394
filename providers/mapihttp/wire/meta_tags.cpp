#include "providers/mapihttp/wire/meta_tags.h"

#include <algorithm>
#include <array>

#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/limits.h"

namespace mapisync::wire {
namespace {

constexpr std::string_view kPending = "PENDING", kDone = "DONE";
constexpr std::array kWords{std::string_view{"PROCESSING"}, kPending, kDone};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

}  // namespace

Result<void> MetaTagReader::feed(BytesView piece, Bytes& body) {
  std::size_t at = 0;
  for (; at < piece.size() && state_ != State::body; ++at) {
    switch (state_) {
      case State::words: MAPISYNC_TRYV(word_byte(piece[at])); break;
      case State::after_done: MAPISYNC_TRYV(done_byte(piece[at])); break;
      case State::headers: MAPISYNC_TRYV(header_byte(piece[at])); break;
      case State::body: break;
    }
  }
  body.append(piece.substr(at));
  return success();
}

/// Any number of the words, with or without line ends: gromox ends its keep-alives with that of the chunk only, and
/// begins again with PROCESSING.
Result<void> MetaTagReader::word_byte(char byte) {
  if (text_.empty() && (byte == '\r' || byte == '\n')) {
    if (byte == '\n' && ++tags_ > 2 * kMostTags) return malformed("answer: it never ends");
    return success();
  }
  text_.push_back(byte);
  if (std::none_of(kWords.begin(), kWords.end(), [this](auto word) { return word.starts_with(text_); })) {
    return malformed("answer: it does not begin with PROCESSING, PENDING or DONE");
  }
  if (std::find(kWords.begin(), kWords.end(), text_) == kWords.end()) return success();
  if (text_ == kPending) ++pending_;
  if (text_ == kDone) state_ = State::after_done;
  text_.clear();
  if (++tags_ > 2 * kMostTags) return malformed("answer: it never ends");
  return success();
}

Result<void> MetaTagReader::done_byte(char byte) {
  if (byte == '\r' && text_.empty()) {
    text_.push_back(byte);
    return success();
  }
  if (byte != '\n') return malformed("answer: something follows DONE on its line");
  text_.clear();
  state_ = State::headers;
  return success();
}

Result<void> MetaTagReader::header_byte(char byte) {
  if (++header_bytes_ > limits::kMetaBytesMax) return malformed("answer: its header lines are too long");
  if (byte != '\n') {
    text_.push_back(byte);
    return success();
  }
  const std::string line = std::exchange(text_, {});
  const std::string_view view = std::string_view(line).substr(0, line.size() - (line.ends_with('\r') ? 1 : 0));
  if (!view.empty()) return header_line(view);
  state_ = State::body;
  return success();
}

Result<void> MetaTagReader::header_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || trimmed(line.substr(0, colon)).empty()) {
    return malformed("answer: what follows DONE is no header line");
  }
  if (std::any_of(line.begin(), line.end(), is_control)) return malformed("answer: a header line holds controls");
  headers_.emplace_back(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  return success();
}

Result<void> MetaTagReader::finish() const {
  if (state_ == State::body) return success();
  return malformed("answer: it ends before its body");
}

const std::string* MetaTagReader::header(std::string_view name) const noexcept {
  // The last one counts, as later lines override earlier ones.
  const auto found =
      std::find_if(headers_.rbegin(), headers_.rend(), [&](const auto& h) { return same_name(h.first, name); });
  return found == headers_.rend() ? nullptr : &found->second;
}

Bytes encode_meta_tags(std::size_t pending, const std::vector<std::pair<std::string, std::string>>& headers) {
  Bytes out = "PROCESSING\r\n";
  for (std::size_t i = 0; i < pending; ++i) out += "PENDING\r\n";
  out += "DONE\r\n";
  for (const auto& [name, value] : headers) out += name + ": " + value + "\r\n";
  out += "\r\n";
  return out;
}

}  // namespace mapisync::wire
