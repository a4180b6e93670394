// An emulator without HTTP around a mailbox in memory, and a client that speaks it by the codecs alone.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "providers/fake/fake_provider.h"
#include "providers/mapihttp/wire/fast_transfer_handler.h"
#include "providers/mapihttp/wire/rop_response.h"
#include "tests/wire/stream_log.h"
#include "tools/emulator/endpoint.h"

namespace mapisync::emulator::test {

using wire::RopRequest;
using wire::RopResponse;

/// One Execute and what came of it.
struct Executed {
  bool cut{false};
  int response_code{0};  // X-ResponseCode
  std::uint32_t error_code{0};
  std::vector<std::vector<RopResponse>> payloads;  // several if the answer was chained
  std::vector<std::uint32_t> handles;

  const RopResponse& response(std::size_t index = 0) const { return payloads.at(0).at(index); }
  template <class Body>
  const Body& body(std::size_t index = 0) const {
    return std::get<Body>(response(index).body);
  }
};

/// A whole stream, or as much of it as came.
struct Streamed {
  Bytes bytes;
  std::vector<std::size_t> buffers;  // their sizes
  std::uint32_t return_value{0};
  std::uint16_t status{0};
  bool cut{false};
  int response_code{0};
};

class WireClient {
 public:
  using Send = std::function<HttpAnswer(const HttpRequest&)>;
  explicit WireClient(Endpoint& endpoint, std::string user = "ann", const std::string& password = "secret");
  WireClient(Send send, std::string user, const std::string& password);

  HttpAnswer post(const std::string& type, Bytes body);
  /// ErrorCode of Connect.
  std::uint32_t connect();
  Executed execute(const std::vector<RopRequest>& requests, std::vector<std::uint32_t> handles, std::uint32_t flags = 3,
                   std::uint32_t max_out = 0x10008);
  /// Connects and logs on; what the server says of the mailbox.
  wire::LogonResponse logon();
  std::uint32_t open_folder(const wire::ShortId& id);
  std::uint32_t open_folder(const Bytes& key);
  wire::ShortId short_id(const Bytes& key);
  /// Configures, uploads, and reads to the end or the first failure.
  Streamed synchronize(std::uint32_t folder, wire::SynchronizationConfigureRequest request,
                       const wire::StreamState& state, std::uint16_t buffer = 0x7FFF);
  Streamed copy_messages(std::uint32_t folder, const std::vector<wire::ShortId>& ids, std::uint8_t send_options = 0x0D,
                         std::uint8_t copy_flags = 0x20);
  Streamed read_all(std::uint32_t download, std::uint16_t buffer = 0x7FFF);
  std::uint32_t logon_handle() const { return logon_; }
  std::string& cookies() { return cookies_; }

 private:
  Send send_;
  std::string user_, authorization_, cookies_;
  std::uint64_t requests_{0};
  std::uint32_t logon_{0};
  std::map<std::uint32_t, wire::TagList> columns_;  // by table
};

RopRequest rop(std::uint8_t index, wire::RopRequestBody body);
/// Contents of both kinds with read states, header with all ids; RecoverMode if asked for.
wire::SynchronizationConfigureRequest contents(bool recover = true);
wire::SynchronizationConfigureRequest hierarchy();

/// By cpp-httplib's client, over a connection that is kept. Every certificate will do.
WireClient::Send over_http(const std::string& scheme_host_port);

/// X-ResponseCode of an answer.
int response_code(const HttpAnswer& answer);

class Rig {
 public:
  explicit Rig(Mode mode = Mode::exchange);
  Rig(Mode mode, fake::FaultPlan plan);

  fake::FakeMailbox box;
  std::unique_ptr<fake::FakeProvider> provider;
  EmulatedServer server;
  Endpoint endpoint;
  fake::FakeFolderId inbox;
  WireClient client;

  void add(const std::string& name, bool associated = false);
  void add(const std::string& name, MessageContent content);
  fake::MessageRecord record(const std::string& name);
  wire::ShortId mid(const std::string& name);
  Bytes inbox_key();
  /// Connects, logs on, opens the inbox.
  std::uint32_t open_inbox();
  /// The stream of a contents synchronization, parsed.
  struct Run {
    Streamed streamed;
    wire::StreamLog log;
    bool parsed{false};
  };
  std::unique_ptr<Run> run(const wire::StreamState& state = {}, bool recover = true);
  void script(const std::string& text);

 private:
  static fake::FakeMailbox make_box();
};

/// As calm as a server can be, with the manner of this mode.
fake::FaultPlan calm(Mode mode);

}  // namespace mapisync::emulator::test
