// Passes bytes between clients and a server of 127.0.0.1, and cuts where a script says so. It knows nothing of what it
// passes, and never waits for anything but bytes. A thread for each connection.
//
// Script, one rule a line; CONNECTION is a number from 1, in the order of arrival, or `every`:
//   cut to-client|to-server CONNECTION BYTES      the connection ends after so many bytes in that direction
//   split to-client|to-server CONNECTION BYTES    what is passed goes on in pieces of at most so many bytes
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace mapisync::mapihttp::test {

enum class RelayWay : std::uint8_t { to_server, to_client };

struct RelayRule {
  enum class Kind : std::uint8_t { cut, split };
  Kind kind{Kind::cut};
  RelayWay way{RelayWay::to_client};
  std::uint64_t connection{0};  // 0: every one
  std::uint64_t bytes{0};
  friend bool operator==(const RelayRule&, const RelayRule&) = default;
};

struct RelayScript {
  std::vector<RelayRule> rules;
  /// The first rule that fits; null: none.
  const RelayRule* find(RelayRule::Kind kind, RelayWay way, std::uint64_t connection) const;
  /// Errc::invalid_argument for anything else than the above.
  static Result<RelayScript> parse(std::string_view text);
};

class TcpRelay {
 public:
  TcpRelay(std::uint16_t server_port, RelayScript script);
  /// Ends every connection and waits.
  ~TcpRelay();
  TcpRelay(const TcpRelay&) = delete;
  TcpRelay& operator=(const TcpRelay&) = delete;

  std::uint16_t port() const noexcept;
  std::uint64_t connections() const;
  std::uint64_t cuts() const;

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace mapisync::mapihttp::test
