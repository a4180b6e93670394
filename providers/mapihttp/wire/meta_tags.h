// What precedes the binary body of an answer: PROCESSING, PENDING, DONE, then header lines. [MS-OXCMAPIHTTP 2.2.7]
// One thread.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync::wire {

/// Reads an answer, without its HTTP chunks, in pieces cut anywhere. The three words are taken with or without line
/// ends, in any number, up to DONE.
class MetaTagReader {
 public:
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
  enum class State { words, headers, body };
  Result<void> word_byte(char c);
  Result<void> header_line();

  State state_{State::words};
  std::string text_;  // the word or line under way
  std::size_t read_{0};
  std::size_t pending_{0};
  std::vector<std::pair<std::string, std::string>> headers_;
};

/// The other side: the words, one a line, with DONE and the empty line at the end.
Bytes encode_meta_tags(std::size_t pending, const std::vector<std::pair<std::string, std::string>>& headers);

}  // namespace mapisync::wire
