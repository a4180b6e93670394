// A log of what sessions say to a server, decoded and without anybody's data: `--trace-wire`.
//
// A line tells a request, an answer or one ROP: its name, ids, property tags, flags, sizes, counts and return values.
// Never: property values, names, addresses, subjects, text, bodies, cookies, credentials; of strings the log has
// lengths, of states how many ids in how many intervals. Lines are bounded, whatever a server sends.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "providers/mapihttp/transport/wire_observer.h"

namespace mapisync::mapihttp {

/// One ROP in words, as the log tells it: its slot, and the handle that `handles` has there, if it has one. Pure.
std::string in_words(const wire::RopRequest& rop, WireObserver::Handles handles = {});
std::string in_words(const wire::RopResponse& rop, WireObserver::Handles handles = {});

class WireLog final : public WireObserver {
 public:
  /// Gets whole lines. Times are those of `clock`, since this moment; it is borrowed as long as the log lives.
  using Lines = std::function<void(std::string_view)>;
  WireLog(Clock& clock, Lines lines);

  std::uint32_t session_begins() override;
  void asks(std::uint32_t session, std::span<const wire::RopRequest> rops, Handles handles) override;
  void request(const RequestName& name, std::size_t bytes) override;
  void answer(const RequestName& name, int status, std::string_view response_code, std::size_t keep_alives) override;
  void ended(const RequestName& name, std::size_t bytes, const Failure* failure) override;
  void told(std::uint32_t session, std::span<const wire::RopResponse> rops, Handles handles) override;
  void unreadable(std::uint32_t session, const Failure& failure) override;
  void waits(std::uint32_t session, Duration time) override;

 private:
  void line(std::uint32_t session, const std::string& words);

  Clock& clock_;
  Lines lines_;
  Duration begun_;
  std::uint32_t sessions_{0};
};

}  // namespace mapisync::mapihttp
