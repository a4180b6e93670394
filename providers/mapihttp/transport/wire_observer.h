// Who looks on while sessions speak: a protocol log, for example. Sees, changes nothing, and cannot fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/failure.h"
#include "engine/ports/clock.h"
#include "providers/mapihttp/wire/rop_request.h"
#include "providers/mapihttp/wire/rop_response.h"

namespace mapisync::mapihttp {

/// One request of one session.
struct RequestName {
  std::uint32_t session{0};  // as session_begins() said
  const char* type{""};      // X-RequestType
  std::uint64_t number{0};   // within the session, from 1; X-RequestId ends in it
};

/// Called by the thread that uses the session. What is passed holds everything that was said, people's names and mail
/// included: it is the observer that leaves out what must not be kept.
class WireObserver {
 public:
  using Handles = std::span<const std::uint32_t>;
  virtual ~WireObserver() = default;

  /// Answers the number by which the calls below name the session.
  virtual std::uint32_t session_begins() = 0;
  /// Of a request that goes out next: its list of ROPs, and its table of handles, which the ROPs' slots count in.
  virtual void asks(std::uint32_t session, std::span<const wire::RopRequest> rops, Handles handles) = 0;
  virtual void request(const RequestName& name, std::size_t bytes) = 0;
  /// One answer of HTTP, also one that makes us send the request again. `response_code`: X-ResponseCode, or empty.
  virtual void answer(const RequestName& name, int status, std::string_view response_code, std::size_t keep_alives) = 0;
  /// What came of the request: `bytes` of body, or a failure.
  virtual void ended(const RequestName& name, std::size_t bytes, const Failure* failure) = 0;
  /// What its list of ROPs was answered.
  virtual void told(std::uint32_t session, std::span<const wire::RopResponse> rops, Handles handles) = 0;
  /// ... or that it was answered something that these codecs cannot read.
  virtual void unreadable(std::uint32_t session, const Failure& failure) = 0;
  /// The server is waited for.
  virtual void waits(std::uint32_t session, Duration time) = 0;
};

}  // namespace mapisync::mapihttp
