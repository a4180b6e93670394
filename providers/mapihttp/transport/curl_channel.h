// HttpChannel by libcurl: TLS with verification, connection reuse, proxies, the schemes of authentication. Keeps its
// connections open between requests. One thread; several channels may be used side by side.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/ports/clock.h"
#include "providers/mapihttp/transport/http_channel.h"

namespace mapisync::mapihttp {

enum class TlsVersion : std::uint8_t { tls1_2, tls1_3 };

struct ChannelOptions {
  std::string ca_file{};  // PEM; empty: those the system trusts. Certificates are always verified
  TlsVersion least_tls{TlsVersion::tls1_2};
  std::optional<std::string> proxy{};  // none: as the environment says (https_proxy, no_proxy); empty: no proxy
  Duration connect_timeout{std::chrono::seconds{30}};  // name, TCP, proxy and TLS together
  Duration tick{std::chrono::milliseconds{100}};       // how often stop, deadline and silence are looked at
};

class CurlChannel final : public HttpChannel {
 public:
  /// `clock` is borrowed until the channel is destroyed. Errc::invalid_argument for a ca_file that cannot be read;
  /// Errc::unsupported if libcurl lacks something.
  static Result<std::unique_ptr<CurlChannel>> make(ChannelOptions options, Clock& clock);
  ~CurlChannel() override;

  HttpOutcome post(const HttpRequest& request, HttpReceiver& receiver, const CallLimits& limits) override;
  bool channel_binding() const override;

 private:
  class Handles;
  CurlChannel(ChannelOptions options, Clock& clock, std::unique_ptr<Handles> handles) noexcept;

  ChannelOptions options_;
  Clock& clock_;
  std::unique_ptr<Handles> handles_;
};

}  // namespace mapisync::mapihttp
