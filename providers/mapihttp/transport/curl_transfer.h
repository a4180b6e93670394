// One transfer of libcurl: what its callbacks are given. Private to this folder; one thread.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "providers/mapihttp/transport/http_channel.h"

namespace mapisync::mapihttp {

class CurlTransfer {
 public:
  CurlTransfer(const HttpRequest& request, HttpReceiver& receiver) noexcept
      : body_(request.body), receiver_(receiver) {}
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  /// Registers the callbacks; this object must stay until the transfer is over.
  bool attach(CURL* handle) noexcept;

  /// libcurl ended the transfer with `code`; `detail` is its own text.
  HttpOutcome outcome(CURLcode code, const std::string& detail);
  /// It was given up by us.
  HttpOutcome given_up(Failure failure) const { return {std::move(failure), may_be_executed()}; }

  /// Changes whenever a byte moved.
  std::uint64_t activity() const noexcept { return activity_; }

 private:
  static std::size_t on_read(char* out, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_data(char* data, std::size_t size, std::size_t count, void* self);

  Result<void> header_line(std::string_view line);
  Result<void> deliver_head();
  bool keep(Result<void> result);
  /// No server acts on a request before it has its last byte.
  bool may_be_executed() const noexcept { return answered_ || sent_ == body_.size(); }

  BytesView body_;
  HttpReceiver& receiver_;
  std::size_t sent_{0};
  bool answered_{false};  // since the body was last begun
  bool head_complete_{false};
  bool delivered_{false};  // the head, to the receiver
  std::uint64_t activity_{0};
  std::uint32_t answers_{0};
  int status_{0};
  HeaderList headers_;
  std::optional<Failure> failure_;  // the receiver's or our own; it goes before libcurl's
};

}  // namespace mapisync::mapihttp
