// Lists of ROPs, asked and answered over one session. Waits where the server asks for it, asks again for what did not
// fit, and releases objects on the way. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/ports/clock.h"
#include "providers/mapihttp/transport/mapi_session.h"
#include "providers/mapihttp/wire/rop_request.h"
#include "providers/mapihttp/wire/rop_response.h"

namespace mapisync::mapihttp {

/// One list. The requests name handles by their place in `handles`.
struct RopCall {
  std::vector<wire::RopRequest> requests;
  std::vector<std::uint32_t> handles;             // wire::kNoHandle where the server puts one
  std::map<std::uint8_t, wire::TagList> columns;  // of tables, where an earlier list set them
  /// The last one is to be answered again and again, as far as there is room: GetBuffer, QueryRows or ReadStream.
  bool chain{false};
};

struct RopAnswer {
  std::vector<wire::RopResponse> responses;  // one for each request but RopRelease; of the last one several if chained
  std::vector<std::uint32_t> handles;
};

class RopSession {
 public:
  RopSession(std::unique_ptr<MapiSession> session, Clock& clock);

  /// Fails where the list as a whole does; what each ROP answers is the caller's. Answers busy only after it has waited
  /// a few times, or where waiting would pass the deadline.
  Result<RopAnswer> call(RopCall call, const CallLimits& limits);

  /// Goes out with the next list; a handle of an object nobody needs any more.
  void release_later(std::uint32_t handle) { released_.push_back(handle); }

  MapiSession& transport() noexcept { return *session_; }
  const MapiSession& transport() const noexcept { return *session_; }
  Clock& clock() noexcept { return clock_; }
  /// Execute requests so far.
  std::uint64_t round_trips() const noexcept { return round_trips_; }

 private:
  struct Progress;
  Result<void> round(RopCall& rest, Progress& progress, const CallLimits& limits);
  Result<std::optional<std::chrono::milliseconds>> take(RopCall& rest, Progress& progress, BytesView buffer);
  Result<void> wait(Progress& progress, Failure busy, const CallLimits& limits);

  std::unique_ptr<MapiSession> session_;
  Clock& clock_;
  std::vector<std::uint32_t> released_;
  std::uint64_t round_trips_{0};
};

/// An object at the server, released when this one goes. Holds its session.
class ServerObject {
 public:
  ServerObject() = default;
  ServerObject(std::shared_ptr<RopSession> session, std::uint32_t handle) noexcept
      : session_(std::move(session)), handle_(handle) {}
  ServerObject(ServerObject&& other) noexcept : session_(std::move(other.session_)), handle_(other.handle_) {}
  ServerObject& operator=(ServerObject&& other) noexcept {
    if (this == &other) return *this;
    reset();
    session_ = std::move(other.session_);
    handle_ = other.handle_;
    return *this;
  }
  ~ServerObject() { reset(); }

  std::uint32_t handle() const noexcept { return handle_; }
  void reset() noexcept {
    if (session_ != nullptr && handle_ != wire::kNoHandle) session_->release_later(handle_);
    session_.reset();
  }

 private:
  std::shared_ptr<RopSession> session_;
  std::uint32_t handle_{wire::kNoHandle};
};

}  // namespace mapisync::mapihttp
