// The cookies of one session context. Opaque: whatever the last answers set goes back with the next request, all of it.
// No paths, no expiry, no Secure: MAPI/HTTP uses cookies as handles, and one URL. A bounded value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "providers/mapihttp/transport/header_list.h"

namespace mapisync::mapihttp {

class CookieJar {
 public:
  static constexpr std::size_t kMostCookies = 50;
  static constexpr std::size_t kMostBytes = 32U << 10U;

  /// Takes every Set-Cookie of an answer; one of the same name is replaced, one without value or life is dropped.
  /// Errc::malformed beyond the bounds.
  Result<void> take(const HeaderList& headers);
  /// The value of a Cookie header; empty if there is none.
  std::string header() const;
  bool empty() const noexcept { return cookies_.empty(); }

  /// A Connect is about to be sent. What is there still goes along, so that the server can end the old context; but
  /// contexts do not mix: once the Connect succeeded, drop_old() leaves just what was taken since.
  void begin_context() noexcept;
  void drop_old() noexcept;

 private:
  struct Cookie {
    std::string name, value;
    bool old{false};
  };
  Result<void> take_one(std::string_view text);

  std::vector<Cookie> cookies_;
};

}  // namespace mapisync::mapihttp
