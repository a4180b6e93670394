// TLS against a server on 127.0.0.1 with a certificate made for the test: who is trusted, and who is not.
#include <gtest/gtest.h>
#include <httplib.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "providers/mapihttp/transport/answer_reader.h"
#include "providers/mapihttp/transport/autodiscover.h"
#include "providers/mapihttp/transport/curl_channel.h"
#include "tests/mapihttp/transport/loopback_server.h"
#include "tests/support/manual_clock.h"
#include "tools/emulator/self_made_certificate.h"

namespace mapisync::mapihttp {
namespace {

using emulator::make_certificate;
using emulator::SelfMadeCertificate;
using mapisync::test::ManualClock;
using test::LoopbackServer;
using test::Peer;

class TlsServer {
 public:
  explicit TlsServer(const SelfMadeCertificate& made, int most_version = TLS1_3_VERSION)
      : server_(made.certificate.get(), made.key.get()) {
    ::SSL_CTX_set_max_proto_version(server_.ssl_context(), most_version);
    server_.Post("/mapi/emsmdb/", [this](const httplib::Request& request, httplib::Response& response) {
      ++requests_;
      response.set_header("X-ResponseCode", "0");
      response.set_content("PROCESSING\r\nDONE\r\n\r\n" + request.body, "application/mapi-http");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ~TlsServer() {
    while (!server_.is_running()) std::this_thread::yield();  // stop() before that is not heard
    server_.stop();
    thread_.join();
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string url(const char* host = "127.0.0.1") const {
    return std::string("https://") + host + ":" + std::to_string(port_) + "/mapi/emsmdb/";
  }
  std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }
  int requests() const { return requests_; }

 private:
  httplib::SSLServer server_;
  int port_{0};
  std::atomic<int> requests_{0};
  std::thread thread_;
};

class Tls : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(folder_.data()), nullptr); }
  void TearDown() override {
    ::unlink(ca_file().c_str());
    ::rmdir(folder_.c_str());
  }
  std::string ca_file() const { return folder_ + "/ca.pem"; }
  void trust(const SelfMadeCertificate& made) { std::ofstream(ca_file()) << made.pem; }

  struct Got {
    std::optional<Failure> failure;
    bool may_be_executed;
    Bytes body;
  };
  Got post(const std::string& url, ChannelOptions options) {
    if (!options.proxy) options.proxy = "";
    auto channel = CurlChannel::make(std::move(options), clock_);
    if (!channel) return {channel.error(), false, {}};
    AnswerReader reader(1000, Patience{});
    const HeaderList headers;
    const Credentials credentials{AuthScheme::bearer, "", Secret{"token"}};
    HttpOutcome outcome = channel.value()->post({url, headers, "request", credentials}, reader, {stop_});
    if (!outcome.failure) {
      if (auto finished = reader.finish("Execute"); !finished) outcome.failure = finished.error();
    }
    return {outcome.failure, outcome.may_be_executed, reader.take_body()};
  }
  ChannelOptions with_ca() const {
    ChannelOptions options;
    options.ca_file = ca_file();
    return options;
  }
  void expect_refused(const Got& got) {
    ASSERT_TRUE(got.failure);
    EXPECT_EQ(got.failure->errc(), Errc::network);
    EXPECT_EQ(got.failure->retry, Retry::never);
    EXPECT_FALSE(got.may_be_executed);
    EXPECT_NE(got.failure->context.find("certificate"), std::string::npos) << got.failure->context;
  }

  std::string folder_ = testing::TempDir() + "/tlsXXXXXX";
  ManualClock clock_;
  StopFlag stop_;
};

TEST_F(Tls, AnOwnAuthorityIsTrusted) {
  const SelfMadeCertificate made = make_certificate("IP:127.0.0.1");
  trust(made);
  const TlsServer server(made);
  const Got got = post(server.url(), with_ca());
  ASSERT_FALSE(got.failure) << got.failure->to_string();
  EXPECT_EQ(got.body, "request");
}

TEST_F(Tls, StrangersAreNot) {
  const SelfMadeCertificate made = make_certificate("IP:127.0.0.1");
  trust(make_certificate("IP:127.0.0.1"));
  const TlsServer server(made);
  expect_refused(post(server.url(), with_ca()));
  expect_refused(post(server.url(), {}));
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(Tls, AnotherName) {
  const SelfMadeCertificate made = make_certificate("DNS:mail.example.com");
  trust(made);
  const TlsServer server(made);
  expect_refused(post(server.url(), with_ca()));
  expect_refused(post(server.url("localhost"), with_ca()));
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(Tls, AnExpiredCertificate) {
  const SelfMadeCertificate made = make_certificate("IP:127.0.0.1", emulator::Validity::expired);
  trust(made);
  const TlsServer server(made);
  expect_refused(post(server.url(), with_ca()));
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(Tls, LeastVersion) {
  const SelfMadeCertificate made = make_certificate("IP:127.0.0.1");
  trust(made);
  const TlsServer server(made, TLS1_2_VERSION);
  EXPECT_FALSE(post(server.url(), with_ca()).failure);
  ChannelOptions strict = with_ca();
  strict.least_tls = TlsVersion::tls1_3;
  const Got got = post(server.url(), strict);
  ASSERT_TRUE(got.failure);
  EXPECT_EQ(got.failure->errc(), Errc::network);
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(Tls, NoTlsAtAll) {
  LoopbackServer server([](Peer& peer) {
    peer.read_some();
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const Got got = post("https://127.0.0.1:" + std::to_string(server.port()) + "/", {});
  ASSERT_TRUE(got.failure);
  EXPECT_FALSE(got.may_be_executed);
}

TEST_F(Tls, CaFiles) {
  ChannelOptions options;
  options.ca_file = folder_ + "/none.pem";
  EXPECT_EQ(post("https://127.0.0.1:1/", options).failure->errc(), Errc::invalid_argument);
  std::ofstream(ca_file()) << "no certificate";
  const SelfMadeCertificate made = make_certificate("IP:127.0.0.1");
  const TlsServer server(made);
  const Got got = post(server.url(), with_ca());
  ASSERT_TRUE(got.failure);
  EXPECT_EQ(got.failure->errc(), Errc::invalid_argument) << got.failure->to_string();
  EXPECT_EQ(server.requests(), 0);
}

// Through a proxy the TLS connection is with the server: the proxy sees neither token nor request.
TEST_F(Tls, ThroughAProxy) {
  const SelfMadeCertificate made = make_certificate("IP:127.0.0.1");
  trust(made);
  const TlsServer server(made);
  std::string asked;
  {
    LoopbackServer proxy([&](Peer& peer) {
      const auto request = peer.read_request();
      ASSERT_TRUE(request);
      asked = request->head;
      peer.send("HTTP/1.1 200 Connection established\r\nX-ResponseCode: 99\r\n\r\n");
      peer.relay_to(server.port());
    });
    ChannelOptions options = with_ca();
    options.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
    const Got got = post(server.url(), options);
    ASSERT_FALSE(got.failure) << got.failure->to_string();
    EXPECT_EQ(got.body, "request");
  }
  EXPECT_EQ(asked.substr(0, 8), "CONNECT ");
  EXPECT_EQ(asked.find("token"), std::string::npos);
}

}  // namespace
}  // namespace mapisync::mapihttp
