// An absolute URL of http or https, checked before anything is sent to it. A value.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace mapisync::mapihttp {

class Url {
 public:
  /// Errc::invalid_argument, never showing what was given: no absolute URL; another scheme; a name or password in it
  /// (they would be logged); http to anything but a loopback address, because credentials go there.
  static Result<Url> parse(const std::string& text);

  /// Where a Location header leads, from here. Errc::unsupported with the host's name if that is another host, port or
  /// scheme (from http to https on the same host is allowed): nobody asked us to take credentials there.
  Result<Url> follow(const std::string& location) const;

  const std::string& text() const noexcept { return text_; }
  const std::string& host() const noexcept { return host_; }  // without port; lower case; an IPv6 address in brackets
  /// Scheme, host and port: what may be shown.
  const std::string& origin() const noexcept { return origin_; }
  bool encrypted() const noexcept { return encrypted_; }

 private:
  std::string text_, host_, port_, origin_;
  bool encrypted_{true};
};

}  // namespace mapisync::mapihttp
