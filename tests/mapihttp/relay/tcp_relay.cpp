#include "tests/mapihttp/relay/tcp_relay.h"

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
#include <sstream>
#include <string>
#include <thread>

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

void send_at_once(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// One direction of one connection.
struct Way {
  int from{-1}, to{-1};
  std::uint64_t left{UINT64_MAX};   // bytes until the cut
  std::uint64_t piece{UINT64_MAX};  // bytes of one send
};

enum class Passed : std::uint8_t { on, closed, cut };

Passed pass(Way& way) {
  std::array<char, 16384> buffer{};
  const ssize_t got = ::recv(way.from, buffer.data(), buffer.size(), 0);
  if (got <= 0) return Passed::closed;
  std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  bytes = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), way.left)));
  way.left -= bytes.size();
  while (!bytes.empty()) {
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), way.piece));
    const ssize_t sent = ::send(way.to, bytes.data(), size, MSG_NOSIGNAL);
    if (sent <= 0) return Passed::closed;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return way.left == 0 ? Passed::cut : Passed::on;
}

Failure wrong(const std::string& line) {
  return fail(Errc::invalid_argument, Scope::process, Retry::never, "no rule of a relay: " + line);
}

bool number(const std::string& text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

Result<RelayRule> parse_rule(const std::string& line) {
  std::istringstream words(line);
  std::string kind, way, connection, bytes, more;
  words >> kind >> way >> connection >> bytes;
  RelayRule rule;
  if (words.fail() || (words >> more) || (kind != "cut" && kind != "split")) return wrong(line);
  if (way != "to-client" && way != "to-server") return wrong(line);
  rule.kind = kind == "cut" ? RelayRule::Kind::cut : RelayRule::Kind::split;
  rule.way = way == "to-client" ? RelayWay::to_client : RelayWay::to_server;
  if (connection != "every" && (!number(connection, rule.connection) || rule.connection == 0)) return wrong(line);
  if (!number(bytes, rule.bytes) || (rule.kind == RelayRule::Kind::split && rule.bytes == 0)) return wrong(line);
  return rule;
}

}  // namespace

const RelayRule* RelayScript::find(RelayRule::Kind kind, RelayWay way, std::uint64_t connection) const {
  for (const RelayRule& rule : rules) {
    const bool mine = rule.connection == 0 || rule.connection == connection;
    if (mine && rule.kind == kind && rule.way == way) return &rule;
  }
  return nullptr;
}

Result<RelayScript> RelayScript::parse(std::string_view text) {
  RelayScript script;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    MAPISYNC_TRY(rule, parse_rule(line));
    script.rules.push_back(rule);
  }
  return script;
}

class TcpRelay::Inside {
 public:
  Inside(std::uint16_t server, RelayScript script)
      : server_(server), script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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
  std::uint64_t connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }
  std::uint64_t cuts() const {
    const std::lock_guard lock(mutex_);
    return cuts_;
  }

 private:
  void accept_all() {
    while (true) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      send_at_once(client);
      const std::lock_guard lock(mutex_);
      open_.insert(client);
      threads_.emplace_back([this, client, number = ++connections_] { serve(client, number); });
    }
  }

  Way way_of(int from, int to, RelayWay way, std::uint64_t number) const {
    Way made{from, to};
    if (const RelayRule* cut = script_.find(RelayRule::Kind::cut, way, number)) made.left = cut->bytes;
    if (const RelayRule* split = script_.find(RelayRule::Kind::split, way, number)) made.piece = split->bytes;
    return made;
  }

  void serve(int client, std::uint64_t number) {
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(server_);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      send_at_once(server);
      {
        const std::lock_guard lock(mutex_);
        open_.insert(server);
      }
      pass_all(client, server, number);
    }
    const std::lock_guard lock(mutex_);
    open_.erase(client);
    open_.erase(server);
    ::close(client);
    ::close(server);
  }

  void pass_all(int client, int server, std::uint64_t number) {
    std::array<Way, 2> ways{way_of(client, server, RelayWay::to_server, number),
                            way_of(server, client, RelayWay::to_client, number)};
    std::array<pollfd, 2> both{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    while (::poll(both.data(), both.size(), -1) > 0) {
      for (std::size_t i = 0; i < both.size(); ++i) {
        if (both[i].revents == 0) continue;
        const Passed passed = pass(ways[i]);
        if (passed == Passed::on) continue;
        const std::lock_guard lock(mutex_);
        if (passed == Passed::cut) ++cuts_;
        return;
      }
    }
  }

  std::uint16_t server_;
  RelayScript script_;
  int listener_;
  std::uint16_t port_{0};
  std::thread acceptor_;
  mutable std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::thread> threads_;  // grows in the acceptor; read after it has ended
  std::uint64_t connections_{0}, cuts_{0};
};

TcpRelay::TcpRelay(std::uint16_t server_port, RelayScript script)
    : inside_(std::make_unique<Inside>(server_port, std::move(script))) {}
TcpRelay::~TcpRelay() = default;
std::uint16_t TcpRelay::port() const noexcept { return inside_->port(); }
std::uint64_t TcpRelay::connections() const { return inside_->connections(); }
std::uint64_t TcpRelay::cuts() const { return inside_->cuts(); }

}  // namespace mapisync::mapihttp::test
