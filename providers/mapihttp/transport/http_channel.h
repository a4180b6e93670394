// One request of HTTP and its answer, as a port: the session above it needs no socket to be tested. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/ports/stop.h"
#include "providers/mapihttp/transport/credentials.h"
#include "providers/mapihttp/transport/header_list.h"

namespace mapisync::mapihttp {

/// Borrowed for the length of a call.
struct CallLimits {
  const StopFlag& stop;
  std::optional<Duration> deadline{};  // from the beginning of the call
};

/// A POST; everything is borrowed for the length of the call.
struct HttpRequest {
  const std::string& url;
  const HeaderList& headers;  // without Authorization and Content-Length
  BytesView body;
  const Credentials& credentials;
  bool fresh_connection{false};  // use none that was open before
};

/// Takes an answer as it comes. A failure ends the request and is what the request fails with.
class HttpReceiver {
 public:
  virtual ~HttpReceiver() = default;
  /// Once, before any data: the final answer, not those that lead to it (100, the legs of an authentication).
  virtual Result<void> head(int status, const HeaderList& headers) = 0;
  virtual Result<void> data(BytesView piece) = 0;
  /// How long the server may be silent now.
  virtual Duration patience() const = 0;
};

/// How far a request came before it failed.
enum class Hop : std::uint8_t { address, connection, tls, answer };

struct HttpOutcome {
  std::optional<Failure> failure;  // none: the answer came whole, whatever its status
  bool may_be_executed{true};      // false: the server cannot have had the whole request, so that it may be sent again
  Hop failed_at{Hop::answer};
};

class HttpChannel {
 public:
  virtual ~HttpChannel() = default;
  /// Never sends a request twice by itself, unless the server answered it by asking for authentication.
  virtual HttpOutcome post(const HttpRequest& request, HttpReceiver& receiver, const CallLimits& limits) = 0;
  /// Whether NTLM and Negotiate could carry a channel binding.
  virtual bool channel_binding() const = 0;
};

}  // namespace mapisync::mapihttp
