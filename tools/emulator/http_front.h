// The HTTP server in front of an endpoint (cpp-httplib). Threads of its own, one caller at a time behind them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "tools/emulator/endpoint.h"

namespace mapisync::emulator {

struct HttpFrontOptions {
  std::string address{"127.0.0.1"};
  std::uint16_t port{0};  // 0: any that is free
  bool tls{false};
  // With TLS: files in PEM form; both empty: a certificate is made for `address` and localhost.
  std::string certificate;
  std::string private_key;
};

class HttpFront {
 public:
  using Serve = std::function<HttpAnswer(const HttpRequest&)>;

  /// `serve` is called by several threads. Fails with Errc::io_error if it cannot listen there.
  static Result<std::unique_ptr<HttpFront>> start(const HttpFrontOptions& options, Serve serve);
  /// Waits for connections that are still open, which may take some seconds.
  ~HttpFront();
  HttpFront(const HttpFront&) = delete;
  HttpFront& operator=(const HttpFront&) = delete;

  std::uint16_t port() const noexcept;
  /// Of the certificate that was made; what a client has to trust. Empty if none was.
  const std::string& made_certificate() const noexcept;

 private:
  class Inside;
  explicit HttpFront(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace mapisync::emulator
