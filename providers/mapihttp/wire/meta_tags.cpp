#include "providers/mapihttp/wire/meta_tags.h"

#include <algorithm>

#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/limits.h"

namespace mapisync::wire {
namespace {

constexpr std::string_view kProcessing = "PROCESSING", kPending = "PENDING", kDone = "DONE";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

Result<void> MetaTagReader::feed(BytesView piece, Bytes& body) {
  while (!piece.empty() && state_ != State::body) {
    // A keep-alive has no end of its own: only what is no word or line counts against the bound.
    const char c = piece.front();
    piece.remove_prefix(1);
    if (state_ == State::words) {
      MAPISYNC_TRYV(word_byte(c));
      continue;
    }
    if (++read_ > limits::kMetaBytesMax) return malformed("answer: its header lines are too long");
    text_.push_back(c);
    if (text_.ends_with("\r\n")) MAPISYNC_TRYV(header_line());
  }
  body.append(piece);
  return success();
}

Result<void> MetaTagReader::word_byte(char c) {
  if (c == '\r' || c == '\n') {
    if (!text_.empty()) return malformed("answer: PROCESSING, PENDING or DONE is cut short");
    return success();
  }
  text_.push_back(c);
  if (!kProcessing.starts_with(text_) && !kPending.starts_with(text_) && !kDone.starts_with(text_)) {
    return malformed("answer: it begins with neither PROCESSING, PENDING nor DONE");
  }
  if (text_ == kPending) ++pending_;
  if (text_ == kDone) state_ = State::headers;
  if (text_ == kPending || text_ == kProcessing || text_ == kDone) text_.clear();
  return success();
}

Result<void> MetaTagReader::header_line() {
  const std::string line = std::exchange(text_, {});
  const std::string_view view = std::string_view(line).substr(0, line.size() - 2);
  if (view.empty()) {
    // The first one ends the line of DONE.
    if (read_ > 2) state_ = State::body;
    return success();
  }
  const std::size_t colon = view.find(':');
  if (read_ == line.size() || colon == std::string_view::npos || colon == 0) {
    return malformed("answer: what follows DONE is no header line");
  }
  std::string_view value = view.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  headers_.emplace_back(view.substr(0, colon), value);
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
