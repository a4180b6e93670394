// libcurl against a server that does whatever its script says, on 127.0.0.1. Time is played: each look at the clock is
// one step.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "providers/mapihttp/transport/curl_channel.h"
#include "providers/mapihttp/transport/mapi_session.h"
#include "tests/mapihttp/transport/loopback_server.h"
#include "tests/support/manual_clock.h"

namespace mapisync::mapihttp {
namespace {

using mapisync::test::SeededRandom;
using test::chunked;
using test::good_answer;
using test::LoopbackServer;
using test::Peer;
using test::WireRequest;

const std::string kInner = "PROCESSING\r\nPENDING\r\nDONE\r\nX-ElapsedTime: 5\r\n\r\nthe body";

/// Each look takes `step`; none: time stands still.
class SteppingClock final : public Clock {
 public:
  explicit SteppingClock(Duration step) : step_(step) {}
  Timestamp now() override { return {}; }
  Duration elapsed() override { return elapsed_ += step_; }
  void wait(Duration, const StopFlag&) override {}

 private:
  Duration step_;
  Duration elapsed_{0};
};

class Loopback : public testing::Test {
 protected:
  struct Got {
    HttpOutcome outcome;
    Result<void> finished{success()};
    Bytes body;
    bool whole() const { return !outcome.failure && finished; }
    const Failure& failure() const { return outcome.failure ? *outcome.failure : finished.error(); }
  };

  Loopback() { open_channel({}); }
  void open_channel(ChannelOptions options) {
    if (!options.proxy) options.proxy = "";
    options.tick = std::chrono::milliseconds{5};
    channel_ = CurlChannel::make(std::move(options), clock_).value();
  }
  Got post(const std::string& url, BytesView body = "request", bool fresh = false) {
    AnswerReader reader(1000, Patience{});
    HeaderList headers;
    headers.add("X-RequestType", "Execute");
    Got got{channel_->post({url, headers, body, credentials_, fresh}, reader, {stop_, deadline_}), success(), {}};
    if (!got.outcome.failure) got.finished = reader.finish("Execute");
    got.body = reader.take_body();
    return got;
  }

  SteppingClock clock_{Duration{0}};
  StopFlag stop_;
  std::optional<Duration> deadline_;
  Credentials credentials_{AuthScheme::basic, "user", Secret{"pass"}};
  std::unique_ptr<CurlChannel> channel_;
};

/// Answers every request on every connection alike.
LoopbackServer::Script always(std::string answer) {
  return [answer = std::move(answer)](Peer& peer) {
    while (peer.read_request() && peer.send(answer)) {
    }
  };
}

/// Answers one request on each connection, and closes it.
LoopbackServer::Script once(std::string answer) {
  return [answer = std::move(answer)](Peer& peer) {
    if (peer.read_request()) peer.send(answer);
  };
}

TEST_F(Loopback, WhatGoesOverTheWire) {
  std::string head, body;
  {
    LoopbackServer server([&](Peer& peer) {
      const auto request = peer.read_request();
      ASSERT_TRUE(request);
      head = request->head;
      body = request->body;
      peer.send(good_answer(kInner));
    });
    EXPECT_EQ(post(server.url()).body, "the body");
  }
  EXPECT_EQ(head.substr(0, head.find('\r')), "POST /mapi/emsmdb/?MailboxId=1 HTTP/1.1");
  EXPECT_EQ(body, "request");
  for (const char* line :
       {"\r\nAuthorization: Basic dXNlcjpwYXNz\r\n", "\r\nX-RequestType: Execute\r\n", "\r\nContent-Length: 7\r\n"}) {
    EXPECT_NE(head.find(line), std::string::npos) << line << "in\n" << head;
  }
  for (const char* never : {"Expect", "Transfer-Encoding", "Accept-Encoding"}) {
    EXPECT_EQ(head.find(never), std::string::npos) << never;
  }
}

TEST_F(Loopback, ChunksOfEverySize) {
  for (std::size_t size = 1; size <= kInner.size(); ++size) {
    LoopbackServer server(always(good_answer(kInner, size)));
    EXPECT_EQ(post(server.url()).body, "the body") << size;
  }
}

TEST_F(Loopback, PiecesCutAtEveryByte) {
  const std::string whole = good_answer(kInner, 7);
  LoopbackServer server([&whole](Peer& peer) {
    for (std::size_t cut = 1; peer.read_request(); ++cut) {
      peer.send(whole.substr(0, cut % whole.size()));
      peer.send(whole.substr(cut % whole.size()));
    }
  });
  for (std::size_t i = 0; i < whole.size(); ++i) ASSERT_EQ(post(server.url()).body, "the body") << i;
  EXPECT_EQ(server.connections(), 1) << "a connection is kept";
}

TEST_F(Loopback, KeepAlivesOfGromox) {
  const std::string answer =
      "HTTP/1.1 200 OK\r\nX-ResponseCode: 0\r\nTransfer-Encoding: chunked\r\n\r\n"
      "C\r\nPROCESSING\r\n\r\n7\r\nPENDING\r\n7\r\nPENDING\r\n" +
      chunked("PROCESSING\r\nDONE\r\n\r\nthe body", 20);
  LoopbackServer server(always(answer));
  EXPECT_EQ(post(server.url()).body, "the body");
}

TEST_F(Loopback, AFailureWithoutInnerLines) {
  const std::string head = "HTTP/1.1 200 OK\r\nX-ResponseCode: 7\r\nContent-Length: 8\r\n\r\n";
  LoopbackServer server(always(head + std::string("\x07\0\0\0\x07\0\0\0", 8)));
  const Got got = post(server.url());
  EXPECT_EQ(got.failure().errc(), Errc::session_lost);
}

// Wherever the connection ends, an answer that is not whole is a failure, and one that may have been executed.
TEST_F(Loopback, TheConnectionEndsAtEveryByte) {
  for (const bool with_chunks : {true, false}) {
    const std::string whole =
        with_chunks ? good_answer(kInner, 10)
                    : "HTTP/1.1 200 OK\r\nX-ResponseCode: 0\r\nContent-Length: " + std::to_string(kInner.size()) +
                          "\r\n\r\n" + kInner;
    std::atomic<std::size_t> end{0};
    LoopbackServer server([&](Peer& peer) {
      if (peer.read_request()) peer.send(whole.substr(0, end));
    });
    // Once the last, empty chunk was announced, everything is there.
    const std::size_t enough = whole.size() - (with_chunks ? std::string("\r\n\r\n").size() : 0);
    for (end = 0; end < enough; ++end) {
      const Got got = post(server.url());
      ASSERT_FALSE(got.whole()) << end;
      EXPECT_TRUE(got.outcome.may_be_executed) << end;
      EXPECT_EQ(got.failure().scope, Scope::mailbox) << end;
    }
    end = whole.size();
    EXPECT_EQ(post(server.url()).body, "the body");
  }
}

TEST_F(Loopback, WrongLengths) {
  const std::string head = "HTTP/1.1 200 OK\r\nX-ResponseCode: 0\r\n";
  for (const std::string& answer :
       {head + "Content-Length: 1000\r\n\r\n" + kInner, head + "Content-Length: 20\r\n\r\n" + kInner,
        head + "Content-Length: -5\r\n\r\n" + kInner,
        head + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n" + kInner,
        head + "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n" + kInner,
        head + "Transfer-Encoding: chunked\r\n\r\n5\r\n" + kInner, std::string("nonsense\r\n\r\n"),
        std::string("HTTP/0.9\r\n"), std::string()}) {
    LoopbackServer server(once(answer));
    EXPECT_FALSE(post(server.url()).whole()) << answer;
  }
}

// Invariant 8. A server that never ends is left, and so is not read to the end of memory.
TEST_F(Loopback, EndlessAnswers) {
  const std::string head = "HTTP/1.1 200 OK\r\nX-ResponseCode: 0\r\n", kilobyte(1000, 'x');
  struct Endless {
    const char* name;
    std::string start, again;
    Errc code;
  };
  for (const Endless& endless : {
           Endless{"header line", head + "X-Long: ", kilobyte, Errc::malformed},
           Endless{"headers", head, "X-A: " + kilobyte + "\r\n", Errc::malformed},
           Endless{"short headers", head, "X-A: b\r\n", Errc::malformed},
           Endless{"interim answers", "", "HTTP/1.1 100 Continue\r\n\r\n", Errc::malformed},
           Endless{"body", head + "\r\nDONE\r\n\r\n", kilobyte, Errc::too_big},
           Endless{"inner header", head + "\r\nDONE\r\nX: ", kilobyte, Errc::malformed},
           Endless{"keep-alives", head + "\r\n", "PENDING\r\n", Errc::malformed},
           Endless{"error page", "HTTP/1.1 500 No\r\n\r\n", kilobyte, Errc::too_big},
       }) {
    LoopbackServer server([&endless](Peer& peer) {
      if (!peer.read_request()) return;
      peer.send(endless.start);
      while (peer.send(endless.again)) {
      }
    });
    const Got got = post(server.url());
    ASSERT_FALSE(got.whole()) << endless.name;
    EXPECT_EQ(got.failure().scope, Scope::mailbox) << endless.name;
    EXPECT_EQ(got.failure().errc(), endless.code) << endless.name << ": " << got.failure().to_string();
  }
}

TEST_F(Loopback, ASilentServerIsLeft) {
  clock_ = SteppingClock{std::chrono::seconds{5}};
  for (const std::string& answer :
       {std::string(), good_answer(kInner).substr(0, 40), good_answer(kInner).substr(0, 150)}) {
    LoopbackServer server([&answer](Peer& peer) {
      if (!peer.read_request()) return;
      peer.send(answer);
      peer.wait_for_close();
    });
    const Got got = post(server.url());
    ASSERT_FALSE(got.whole());
    EXPECT_EQ(got.failure().errc(), Errc::timeout);
    EXPECT_TRUE(got.outcome.may_be_executed);
  }
}

// A server that gives signs of life is not silent, however slow it is; the deadline ends it all the same.
TEST_F(Loopback, ASlowServerIsNotSilentButTheDeadlineHolds) {
  clock_ = SteppingClock{std::chrono::seconds{1}};
  deadline_ = std::chrono::hours{1};
  LoopbackServer server([](Peer& peer) {
    if (!peer.read_request()) return;
    peer.send("HTTP/1.1 200 OK\r\nX-ResponseCode: 0\r\nX-PendingPeriod: 4000000000\r\n\r\n");
    while (peer.send("P")) {
      if (!peer.send("ENDING")) return;
    }
  });
  const Got got = post(server.url());
  ASSERT_FALSE(got.whole());
  EXPECT_TRUE(got.failure().errc() == Errc::timeout || got.failure().errc() == Errc::malformed)
      << got.failure().to_string();
}

TEST_F(Loopback, DeadlinePassed) {
  clock_ = SteppingClock{std::chrono::seconds{1}};
  deadline_ = std::chrono::seconds{3};
  LoopbackServer server([](Peer& peer) { peer.wait_for_close(); });
  EXPECT_EQ(post(server.url()).failure().errc(), Errc::timeout);
}

TEST_F(Loopback, AStopIsHeardWhileTheServerWorks) {
  LoopbackServer server([this](Peer& peer) {
    if (!peer.read_request()) return;
    stop_.request();
    peer.wait_for_close();
  });
  const Got got = post(server.url());
  ASSERT_FALSE(got.whole());
  EXPECT_EQ(got.failure().errc(), Errc::cancelled);
  EXPECT_TRUE(got.outcome.may_be_executed);
}

TEST_F(Loopback, NobodyListens) {
  std::string url;
  {
    const LoopbackServer gone([](Peer&) {});
    url = gone.url();
  }
  const Got got = post(url);
  EXPECT_EQ(got.failure().errc(), Errc::network);
  EXPECT_FALSE(got.outcome.may_be_executed);
}

// libcurl by itself would send a request again over a new connection if a kept one breaks before an answer; the server
// may have executed the first one (invariant 1). It may well open that connection before it learns that it must not, so
// requests are counted: after a third one behind it, and when the server has read to the end whatever arrived.
TEST_F(Loopback, ARequestIsNotRepeatedBehindOurBack) {
  std::atomic<int> requests{0};
  {
    LoopbackServer server([&requests](Peer& peer) {
      if (!peer.read_request()) return;
      ++requests;
      peer.send(good_answer(kInner));
      if (peer.number() == 0 && peer.read_request()) ++requests;  // and closes without an answer
    });
    EXPECT_TRUE(post(server.url()).whole());
    const Got got = post(server.url());
    ASSERT_FALSE(got.whole());
    EXPECT_TRUE(got.outcome.may_be_executed);
    EXPECT_TRUE(post(server.url(), "request", true).whole());
  }
  EXPECT_EQ(requests, 3);
}

TEST_F(Loopback, WhatWasNotSentWholeCannotBeExecuted) {
  LoopbackServer server([](Peer& peer) { peer.read_some(); });  // and closes
  const std::string large(64U << 20U, 'x');                     // more than sockets hold
  const Got got = post(server.url(), large);
  ASSERT_FALSE(got.whole());
  EXPECT_FALSE(got.outcome.may_be_executed);
  EXPECT_EQ(got.failure().errc(), Errc::network);
}

TEST_F(Loopback, FreshConnectionOnDemand) {
  LoopbackServer server(always(good_answer(kInner)));
  EXPECT_TRUE(post(server.url()).whole());
  EXPECT_TRUE(post(server.url()).whole());
  EXPECT_EQ(server.connections(), 1);
  EXPECT_TRUE(post(server.url(), "request", true).whole());
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(Loopback, InterimAnswersArePassedOver) {
  LoopbackServer server(always("HTTP/1.1 100 Continue\r\nX-ResponseCode: 5\r\n\r\n" + good_answer(kInner)));
  EXPECT_EQ(post(server.url()).body, "the body");
}

TEST_F(Loopback, RedirectsAreNotFollowedByLibcurl) {
  LoopbackServer other(always(good_answer(kInner)));
  LoopbackServer server(always("HTTP/1.1 302 Found\r\nLocation: " + other.url() + "\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_FALSE(post(server.url()).whole());
  EXPECT_EQ(other.connections(), 0);
}

TEST_F(Loopback, CredentialsThatHttpCannotCarryAreNotSent) {
  LoopbackServer server(always(good_answer(kInner)));
  credentials_ = {AuthScheme::basic, "user\r\nX-Evil: 1", Secret{"pass"}};
  const Got got = post(server.url());
  EXPECT_EQ(got.failure().errc(), Errc::invalid_argument);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(Loopback, ThroughAProxy) {
  std::string head;
  {
    LoopbackServer proxy([&head](Peer& peer) {
      const auto request = peer.read_request();
      ASSERT_TRUE(request);
      head = request->head;
      peer.send(good_answer(kInner));
    });
    ChannelOptions options;
    options.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
    open_channel(options);
    EXPECT_TRUE(post("http://localhost:1/mapi").whole());
  }
  EXPECT_EQ(head.substr(0, head.find('\r')), "POST http://localhost:1/mapi HTTP/1.1");
}

TEST_F(Loopback, AProxyThatAsksForALogon) {
  LoopbackServer proxy(always("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"));
  ChannelOptions options;
  options.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  open_channel(options);
  const Got got = post("http://localhost:1/mapi");
  EXPECT_EQ(got.failure().errc(), Errc::logon_failed);
  EXPECT_NE(got.failure().context.find("proxy"), std::string::npos);
}

// A whole session over a real socket.
TEST_F(Loopback, ASession) {
  std::mutex mutex;
  std::vector<WireRequest> seen;
  LoopbackServer server([&](Peer& peer) {
    const Bytes bodies[] = {encode(wire::ConnectResponse{}).value(),
                            encode(wire::ExecuteResponse{0, 0, "rops", ""}).value(), "",
                            encode(wire::DisconnectResponse{}).value()};
    for (std::size_t i = 0; auto request = peer.read_request(); ++i) {
      const std::lock_guard lock(mutex);
      seen.push_back(*request);
      peer.send(good_answer("PROCESSING\r\nDONE\r\n\r\n" + bodies[i % 4], 3,
                            "Set-Cookie: sequence=" + std::to_string(i) + "; Secure\r\n"));
    }
  });
  SeededRandom random{1};
  MapiSession session({Url::parse(server.url()).value(), "/o=A/cn=u"}, std::move(credentials_), std::move(channel_),
                      clock_, random);
  const CallLimits limits{stop_};
  ASSERT_TRUE(session.connect(limits));
  const auto executed = session.execute({}, limits);
  ASSERT_TRUE(executed);
  EXPECT_EQ(executed.value().rop_buffer, "rops");
  EXPECT_TRUE(session.ping(limits));
  EXPECT_TRUE(session.disconnect(limits));
  const std::lock_guard lock(mutex);
  ASSERT_EQ(seen.size(), 4U);
  EXPECT_NE(seen[3].head.find("\r\nCookie: sequence=2\r\n"), std::string::npos) << "also a Secure one, on this machine";
  EXPECT_NE(seen[2].head.find("\r\nContent-Length: 0\r\n"), std::string::npos);
  EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace mapisync::mapihttp
