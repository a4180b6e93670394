// A server on 127.0.0.1 that does what a script says, byte by byte, and knows no HTTP beyond the length of a request:
// for answers that no decent server gives. A thread for each connection.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mapisync::mapihttp::test {

/// A request as it came.
struct WireRequest {
  std::string head;  // request line and headers, with their line ends
  std::string body;
};

/// One connection, seen from the server. Used by its own thread only.
class Peer {
 public:
  Peer(int socket, int number) noexcept : socket_(socket), number_(number) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  int number() const noexcept { return number_; }  // from 0, in the order of arrival
  /// Nothing if the client closed first.
  std::optional<WireRequest> read_request();
  /// Some bytes, at least one; empty if the client closed.
  std::string read_some();
  /// false: the client closed.
  bool send(std::string_view bytes);
  void wait_for_close() {
    while (!read_some().empty()) {
    }
  }
  /// Passes bytes between the two, both ways, until either closes. What was read and not used goes first.
  void relay_to(std::uint16_t port);

 private:
  int socket_;
  int number_;
  std::string left_over_;
};

class LoopbackServer {
 public:
  /// Runs once for each connection, which is closed when it returns. Called by several threads.
  using Script = std::function<void(Peer&)>;

  explicit LoopbackServer(Script script);
  /// Closes every connection and waits for the scripts.
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::uint16_t port() const noexcept;
  std::string url(std::string_view path = "/mapi/emsmdb/?MailboxId=1") const;
  int connections() const;

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

/// `body` in chunks of `size` bytes, with the last, empty one.
std::string chunked(std::string_view body, std::size_t size);
/// A good answer with this inner body, in chunks of `size` bytes.
std::string good_answer(std::string_view inner, std::size_t size = 4096, std::string_view more_headers = {});

}  // namespace mapisync::mapihttp::test
