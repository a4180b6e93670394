// One FastTransfer source at the server, read to its end: buffer by buffer into the parser. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "engine/base/result.h"
#include "providers/mapihttp/client/mailbox_link.h"
#include "providers/mapihttp/wire/fast_transfer_parser.h"

namespace mapisync::mapihttp {

class Download {
 public:
  /// `handler` outlives it.
  Download(std::shared_ptr<MailboxLink> link, ServerObject source, wire::FastTransferHandler& handler,
           wire::ParserOptions options);

  /// One buffer; true at the end of the stream, which was whole. A request brings as many as the server chains. After a
  /// failure the source is lost: the server does not go on with it.
  Result<bool> next(const CallLimits& limits);

  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  Result<void> get_buffers(const CallLimits& limits);

  std::shared_ptr<MailboxLink> link_;
  ServerObject source_;
  wire::FastTransferParser parser_;
  std::deque<wire::RopResponse> arrived_;  // not parsed yet: 256 KiB at most
  std::uint64_t bytes_{0};
  std::uint32_t empty_{0};
};

}  // namespace mapisync::mapihttp
