// What lies inside the body of a MAPI/HTTP answer, once the chunks of HTTP are gone: lines PROCESSING, PENDING and
// DONE, headers, an empty line, the binary body. Fed in pieces cut anywhere; pure and bounded. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "providers/mapihttp/transport/header_list.h"

namespace mapisync::mapihttp {

class InnerBodyParser {
 public:
  enum class Stage : std::uint8_t { tags, after_done, headers, body };
  static constexpr std::size_t kMostLineBytes = 8U << 10U;
  static constexpr std::uint32_t kMostTags = 1U << 16U;  // at one in 15 s this is 11 days

  /// A body larger than `most_body` bytes is Errc::too_big.
  explicit InnerBodyParser(std::size_t most_body) noexcept : most_body_(most_body) {}

  /// After a failure the parser can only be destroyed.
  Result<void> feed(BytesView piece);
  /// Nothing more will come. Errc::malformed if the body had not begun.
  Result<void> finish() const;

  Stage stage() const noexcept { return stage_; }
  std::uint32_t pending_count() const noexcept { return pending_; }
  const HeaderList& headers() const noexcept { return headers_; }
  const Bytes& body() const noexcept { return body_; }
  Bytes take_body() noexcept { return std::move(body_); }

 private:
  Result<void> tag_byte(char byte);
  Result<void> done_byte(char byte);
  Result<void> header_byte(char byte);

  std::size_t most_body_;
  Stage stage_{Stage::tags};
  std::string line_;       // what came of the word or line that is not complete yet
  std::uint32_t tags_{0};  // and blank lines between them
  std::uint32_t pending_{0};
  HeaderList headers_;
  Bytes body_;
};

}  // namespace mapisync::mapihttp
