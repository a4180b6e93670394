// What precedes the binary body of an answer: PROCESSING, PENDING, DONE, then header lines. [MS-OXCMAPIHTTP 2.2.7]
// One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync::wire {

/// Reads an answer, without its HTTP chunks, in pieces cut anywhere. The three words are taken with or without line
/// ends, in any number up to a bound, until DONE.
class MetaTagReader {
 public:
  static constexpr std::size_t kMostTags = 1U << 16U;  // at one in 15 s this is 11 days

  /// Appends to `body` what of `piece` belongs to it. After a failure nothing more may be fed.
  Result<void> feed(BytesView piece, Bytes& body);
  /// The answer has ended: fails unless its body had begun.
  Result<void> finish() const;

  bool in_body() const noexcept { return state_ == State::body; }
  /// PENDING so far: the server is at work.
  std::size_t pending() const noexcept { return pending_; }
  /// As sent after DONE, in order; they override those of HTTP.
  const std::vector<std::pair<std::string, std::string>>& headers() const noexcept { return headers_; }
  /// By name, whatever its case; null if it is not there.
  const std::string* header(std::string_view name) const noexcept;

 private:
  enum class State : std::uint8_t { words, after_done, headers, body };
  Result<void> word_byte(char byte);
  Result<void> done_byte(char byte);
  Result<void> header_byte(char byte);
  Result<void> header_line(std::string_view line);

  State state_{State::words};
  std::string text_;     // what came of the word or line under way
  std::size_t tags_{0};  // and empty lines between them
  std::size_t pending_{0};
  std::size_t header_bytes_{0};
  std::vector<std::pair<std::string, std::string>> headers_;
};

/// The other side: the words, one a line, with DONE and the empty line at the end.
Bytes encode_meta_tags(std::size_t pending, const std::vector<std::pair<std::string, std::string>>& headers);

}  // namespace mapisync::wire
