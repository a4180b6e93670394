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
  std::uint16_t port{0};    // 0: any that is free
  std::string certificate;  // file names; with TLS only
  std::string private_key;
  bool tls() const noexcept { return !certificate.empty(); }
};

class HttpFront {
 public:
  using Serve = std::function<HttpAnswer(const HttpRequest&)>;

  /// `serve` is called by several threads. Fails with Errc::io_error if it cannot listen there.
  static Result<std::unique_ptr<HttpFront>> start(const HttpFrontOptions& options, Serve serve);
  /// Ends every connection and waits.
  ~HttpFront();
  HttpFront(const HttpFront&) = delete;
  HttpFront& operator=(const HttpFront&) = delete;

  std::uint16_t port() const noexcept;

 private:
  class Inside;
  explicit HttpFront(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace mapisync::emulator
