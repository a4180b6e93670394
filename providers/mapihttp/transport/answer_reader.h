// One answer of MAPI/HTTP as it comes in: HTTP head, inner lines and headers, body. No I/O, bounded. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "providers/mapihttp/transport/http_channel.h"
#include "providers/mapihttp/wire/meta_tags.h"

namespace mapisync::mapihttp {

/// Silence that is borne. [wire 1.2]
struct Patience {
  Duration before_answer{std::chrono::seconds{90}};   // until the first line of it
  Duration between_pieces{std::chrono::seconds{30}};  // at least; three keep-alive periods if the server states one
  Duration at_most{std::chrono::minutes{10}};         // whatever it states
};

class AnswerReader final : public HttpReceiver {
 public:
  AnswerReader(std::size_t most_body, const Patience& patience) noexcept : most_body_(most_body), patience_(patience) {}

  Result<void> head(int status, const HeaderList& headers) override;
  Result<void> data(BytesView piece) override;
  Duration patience() const override;

  /// Nothing more will come. `what` was asked ("Execute"). Fails as answer_failures.h says; 401 and redirects are the
  /// caller's.
  Result<void> finish(const std::string& what);

  int status() const noexcept { return status_; }
  /// Those of HTTP.
  const HeaderList& headers() const noexcept { return headers_; }
  /// The inner one counts, then HTTP's. Null if there is none.
  const std::string* header(std::string_view name) const noexcept;
  std::size_t pending_count() const noexcept { return inner_.pending(); }
  Bytes take_body() noexcept { return std::move(body_); }
  bool redirects() const noexcept;

 private:
  // wordless: an error page, or the bare answer of a failure: without the inner lines, and of no further interest.
  enum class Framing : std::uint8_t { none, inner, wordless };

  std::size_t most_body_;
  Patience patience_;
  int status_{0};
  HeaderList headers_;
  Framing framing_{Framing::none};
  std::size_t skipped_{0};
  bool any_data_{false};
  wire::MetaTagReader inner_;
  Bytes body_;
};

}  // namespace mapisync::mapihttp
