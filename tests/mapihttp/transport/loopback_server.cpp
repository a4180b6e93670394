#include "tests/mapihttp/transport/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace mapisync::mapihttp::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::size_t content_length(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const std::size_t at = head.find(kName);
  std::size_t length = 0;
  if (at != std::string_view::npos) std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
  return length;
}

}  // namespace

std::string Peer::read_some() {
  if (!left_over_.empty()) return std::exchange(left_over_, {});
  std::array<char, 16384> buffer{};
  const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
  return got <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
}

std::optional<WireRequest> Peer::read_request() {
  std::string bytes;
  std::size_t end = std::string::npos;
  while ((end = bytes.find("\r\n\r\n")) == std::string::npos) {
    const std::string more = read_some();
    if (more.empty()) return std::nullopt;
    bytes += more;
  }
  WireRequest request{bytes.substr(0, end + 2), bytes.substr(end + 4)};
  const std::size_t length = content_length(request.head);
  while (request.body.size() < length) {
    const std::string more = read_some();
    if (more.empty()) return std::nullopt;
    request.body += more;
  }
  left_over_ = request.body.substr(length);
  request.body.resize(length);
  return request;
}

bool Peer::send(std::string_view bytes) { return send_all(socket_, bytes); }

void Peer::relay_to(std::uint16_t port) {
  const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(other, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      send_all(other, std::exchange(left_over_, {}))) {
    std::array<pollfd, 2> both{pollfd{socket_, POLLIN, 0}, pollfd{other, POLLIN, 0}};
    std::array<char, 16384> buffer{};
    bool open = true;
    while (open && ::poll(both.data(), both.size(), -1) > 0) {
      for (std::size_t from = 0; from < 2 && open; ++from) {
        if (both[from].revents == 0) continue;
        const ssize_t got = ::recv(both[from].fd, buffer.data(), buffer.size(), 0);
        open = got > 0 && send_all(both[1 - from].fd, {buffer.data(), static_cast<std::size_t>(got)});
      }
    }
  }
  ::close(other);
}

class LoopbackServer::Inside {
 public:
  explicit Inside(Script script)
      : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    MAPISYNC_CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    MAPISYNC_CHECK(::listen(listener_, 64) == 0);
    MAPISYNC_CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~Inside() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    ::close(listener_);
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  int connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

 private:
  void accept_all() {
    while (true) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const std::lock_guard lock(mutex_);
      open_.insert(socket);
      threads_.emplace_back([this, socket, number = connections_++] { serve(socket, number); });
    }
  }
  void serve(int socket, int number) {
    Peer peer(socket, number);
    script_(peer);
    const std::lock_guard lock(mutex_);
    open_.erase(socket);
    ::close(socket);
  }

  Script script_;
  int listener_;
  std::uint16_t port_{0};
  std::thread acceptor_;
  mutable std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::thread> threads_;  // grows in the acceptor; read after it has ended
  int connections_{0};
};

LoopbackServer::LoopbackServer(Script script) : inside_(std::make_unique<Inside>(std::move(script))) {}
LoopbackServer::~LoopbackServer() = default;
std::uint16_t LoopbackServer::port() const noexcept { return inside_->port(); }
int LoopbackServer::connections() const { return inside_->connections(); }
std::string LoopbackServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + std::string(path);
}

std::string chunked(std::string_view body, std::size_t size) {
  std::string out;
  for (; !body.empty(); body.remove_prefix(std::min(size, body.size()))) {
    const std::string_view piece = body.substr(0, size);
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16).ptr;
    out.append(digits.data(), end);
    out += "\r\n";
    out += piece;
    out += "\r\n";
  }
  return out + "0\r\n\r\n";
}

std::string good_answer(std::string_view inner, std::size_t size, std::string_view more_headers) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/mapi-http\r\nX-ResponseCode: 0\r\n" + std::string(more_headers) +
         "Transfer-Encoding: chunked\r\n\r\n" + chunked(inner, size);
}

}  // namespace mapisync::mapihttp::test
