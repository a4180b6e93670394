#include "tools/emulator/http_front.h"

#include <httplib.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "tools/emulator/self_made_certificate.h"

namespace mapisync::emulator {
namespace {

constexpr std::size_t kBodyMax = 1U << 20U;  // a request has at most 256 KiB of ROPs
constexpr std::size_t kThreads = 32;         // connections served at once

HttpRequest from_library(const httplib::Request& request, bool tls) {
  HttpRequest out;
  out.method = request.method;
  out.target = request.target;
  for (const auto& [name, value] : request.headers) out.headers.emplace_back(name, value);
  if (tls) out.headers.emplace_back("X-Emulator-Scheme", "https");
  out.body = request.body;
  return out;
}

void to_library(HttpAnswer answer, httplib::Response& response) {
  response.status = answer.status;
  std::string type = "application/octet-stream";
  for (auto& [name, value] : answer.headers) {
    if (name == "Content-Type")
      type = value;
    else
      response.set_header(name, value);
  }
  // What fails is sent whole; so is what has nothing in it.
  const bool chunked = answer.cut || type == "application/mapi-http";
  if (!chunked || (answer.body.empty() && !answer.cut)) return response.set_content(answer.body, type);
  const std::size_t step = answer.chunk_bytes == 0 ? answer.body.size() : answer.chunk_bytes;
  response.set_chunked_content_provider(
      type, [body = std::move(answer.body), cut = answer.cut, step](std::size_t offset, httplib::DataSink& sink) {
        // The library counts what was sent; a body of nothing that is cut ends here.
        const std::size_t size = std::min(step, body.size() - std::min(offset, body.size()));
        if (size > 0 && !sink.write(body.data() + offset, size)) return false;
        if (offset + size < body.size()) return true;
        if (cut) return false;
        sink.done();
        return true;
      });
}

}  // namespace

class HttpFront::Inside {
 public:
  Inside(const HttpFrontOptions& options, Serve serve) : tls_(options.tls), serve_(std::move(serve)) {
    if (!tls_) {
      server_ = std::make_unique<httplib::Server>();
    } else if (!options.certificate.empty()) {
      server_ = std::make_unique<httplib::SSLServer>(options.certificate.c_str(), options.private_key.c_str());
    } else {
      const SelfMadeCertificate made = make_certificate("IP:" + options.address + ",DNS:localhost", Validity::year);
      server_ = std::make_unique<httplib::SSLServer>(made.certificate.get(), made.key.get());
      made_certificate_ = made.pem;
    }
    server_->new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_->set_keep_alive_max_count(1'000'000'000);
    server_->set_payload_max_length(kBodyMax);
    server_->set_tcp_nodelay(true);
    // Without this the library shares a port with whoever else listens there.
    server_->set_socket_options([](socket_t socket) {
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    const auto handle = [this](const httplib::Request& request, httplib::Response& response) {
      to_library(serve_(from_library(request, tls_)), response);
    };
    server_->Post(".*", handle);
    server_->Get(".*", handle);
    server_->Put(".*", handle);
  }
  ~Inside() {
    server_->stop();
    if (listener_.joinable()) listener_.join();
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  Result<void> listen(const HttpFrontOptions& options) {
    const std::string where = options.address + ":" + std::to_string(options.port);
    if (!server_->is_valid()) {
      return fail(Errc::io_error, Scope::process, Retry::never, "TLS: the certificate or its key cannot be used");
    }
    if (options.port == 0) {
      const int any = server_->bind_to_any_port(options.address);
      if (any <= 0) return fail(Errc::io_error, Scope::process, Retry::never, "cannot listen at " + where);
      port_ = static_cast<std::uint16_t>(any);
    } else {
      if (!server_->bind_to_port(options.address, options.port)) {
        return fail(Errc::io_error, Scope::process, Retry::never, "cannot listen at " + where);
      }
      port_ = options.port;
    }
    listener_ = std::thread([this] { server_->listen_after_bind(); });
    // The socket listens already; but a server that is stopped before its loop runs would never hear of it.
    while (!server_->is_running()) std::this_thread::yield();
    return success();
  }
  std::uint16_t port() const noexcept { return port_; }
  const std::string& made_certificate() const noexcept { return made_certificate_; }

 private:
  bool tls_;
  Serve serve_;
  std::unique_ptr<httplib::Server> server_;
  std::thread listener_;
  std::uint16_t port_{0};
  std::string made_certificate_;
};

HttpFront::HttpFront(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
HttpFront::~HttpFront() = default;

Result<std::unique_ptr<HttpFront>> HttpFront::start(const HttpFrontOptions& options, Serve serve) {
  auto inside = std::make_unique<Inside>(options, std::move(serve));
  MAPISYNC_TRYV(inside->listen(options));
  return std::unique_ptr<HttpFront>(new HttpFront(std::move(inside)));
}

std::uint16_t HttpFront::port() const noexcept { return inside_->port(); }
const std::string& HttpFront::made_certificate() const noexcept { return inside_->made_certificate(); }

}  // namespace mapisync::emulator
