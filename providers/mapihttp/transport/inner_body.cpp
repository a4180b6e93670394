#include "providers/mapihttp/transport/inner_body.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace mapisync::mapihttp {
namespace {

constexpr std::string_view kPending = "PENDING", kDone = "DONE";
constexpr std::array kWords{std::string_view{"PROCESSING"}, kPending, kDone};

Failure malformed(const char* why) { return fail(Errc::malformed, Scope::mailbox, Retry::later, why); }

}  // namespace

Result<void> InnerBodyParser::feed(BytesView piece) {
  std::size_t at = 0;
  for (; at < piece.size() && stage_ != Stage::body; ++at) {
    switch (stage_) {
      case Stage::tags: MAPISYNC_TRYV(tag_byte(piece[at])); break;
      case Stage::after_done: MAPISYNC_TRYV(done_byte(piece[at])); break;
      case Stage::headers: MAPISYNC_TRYV(header_byte(piece[at])); break;
      case Stage::body: break;
    }
  }
  piece.remove_prefix(at);
  if (piece.size() > most_body_ - body_.size()) {
    return fail(Errc::too_big, Scope::mailbox, Retry::later, "the answer is larger than was asked for");
  }
  body_ += piece;
  return success();
}

/// Any number of the words, with or without line ends: gromox ends its keep-alives with that of the chunk only, and
/// begins again with PROCESSING.
Result<void> InnerBodyParser::tag_byte(char byte) {
  if (line_.empty() && (byte == '\r' || byte == '\n')) {
    if (byte == '\n' && ++tags_ > 2 * kMostTags) return malformed("the answer never ends");
    return success();
  }
  line_.push_back(byte);
  const bool may_be = std::any_of(kWords.begin(), kWords.end(),
                                  [this](std::string_view word) { return word.substr(0, line_.size()) == line_; });
  if (!may_be) return malformed("the answer does not begin with PROCESSING, PENDING or DONE");
  if (std::find(kWords.begin(), kWords.end(), line_) == kWords.end()) return success();
  if (line_ == kPending) ++pending_;
  if (line_ == kDone) stage_ = Stage::after_done;
  line_.clear();
  if (++tags_ > 2 * kMostTags) return malformed("the answer never ends");
  return success();
}

Result<void> InnerBodyParser::done_byte(char byte) {
  if (byte == '\r' && line_.empty()) {
    line_.push_back(byte);
    return success();
  }
  if (byte != '\n') return malformed("something follows DONE on its line");
  line_.clear();
  stage_ = Stage::headers;
  return success();
}

Result<void> InnerBodyParser::header_byte(char byte) {
  if (byte != '\n') {
    if (line_.size() == kMostLineBytes) return malformed("a header line of the answer is too long");
    line_.push_back(byte);
    return success();
  }
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  if (line_.empty()) {
    stage_ = Stage::body;
    return success();
  }
  MAPISYNC_TRYV(headers_.add_line(line_));
  line_.clear();
  return success();
}

Result<void> InnerBodyParser::finish() const {
  if (stage_ == Stage::body) return success();
  return malformed("the answer ended before its body began");
}

}  // namespace mapisync::mapihttp
