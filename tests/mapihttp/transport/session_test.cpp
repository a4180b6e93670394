// One session: its requests, cookies and redirects, and what each failure does to it. Without a socket.
#include "providers/mapihttp/transport/mapi_session.h"

#include <gtest/gtest.h>

#include <memory>
#include <regex>
#include <string>

#include "tests/mapihttp/transport/scripted_channel.h"
#include "tests/support/manual_clock.h"

namespace mapisync::mapihttp {
namespace {

using mapisync::test::ManualClock;
using mapisync::test::SeededRandom;
using test::ScriptedAnswer;
using test::ScriptedChannel;
using test::SeenRequest;

constexpr const char* kUrl = "https://mail.example.com/mapi/emsmdb/?MailboxId=1@example.com";

ScriptedAnswer good(const Bytes& body, std::vector<std::string> headers = {}) {
  headers.emplace_back("X-ResponseCode: 0");
  return {200, std::move(headers), "PROCESSING\r\nDONE\r\n\r\n" + body};
}

ScriptedAnswer lost(Errc code, bool may_be_executed, Retry retry = Retry::later) {
  ScriptedAnswer answer;
  answer.failure = fail(code, Scope::mailbox, retry, "scripted");
  answer.may_be_executed = may_be_executed;
  return answer;
}

class Session : public testing::Test {
 protected:
  MapiSession make(CookieJar cookies = {}) {
    SessionOptions options{Url::parse(kUrl).value(), "/o=A/cn=u"};
    options.cookies = std::move(cookies);
    options.log = log_;
    return {std::move(options), std::move(credentials_), std::make_unique<ScriptedChannel>(answers_, seen_), clock_,
            random_};
  }
  MapiSession connected(std::vector<std::string> headers = {}) {
    answers_.push_front(good(encode(wire::ConnectResponse{}).value(), std::move(headers)));
    MapiSession session = make();
    EXPECT_TRUE(session.connect(limits_));
    return session;
  }

  std::deque<ScriptedAnswer> answers_;
  std::vector<SeenRequest> seen_;
  Credentials credentials_{AuthScheme::basic, "user", Secret{"p4ss"}};
  ManualClock clock_;
  SeededRandom random_{1};
  StopFlag stop_;
  CallLimits limits_{stop_};
  Log log_;
};

TEST_F(Session, ConnectExecutePingDisconnect) {
  MapiSession session = connected(
      {"Set-Cookie: MapiContext=c", "Set-Cookie: MapiSequence=1", "X-ServerApplication: Exchange/15.02.1118.040"});
  EXPECT_EQ(session.server_application(), "Exchange/15.02.1118.040");
  wire::ExecuteResponse executed;
  executed.rop_buffer = "answer";
  answers_ = {good(encode(executed).value(), {"Set-Cookie: MapiSequence=2"}), good(""),
              good(encode(wire::DisconnectResponse{}).value())};
  wire::ExecuteRequest request;
  request.rop_buffer = "question";
  const auto answer = session.execute(request, limits_);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.value().rop_buffer, "answer");
  EXPECT_TRUE(session.ping(limits_));
  EXPECT_TRUE(session.disconnect(limits_));
  EXPECT_FALSE(session.usable());

  ASSERT_EQ(seen_.size(), 4U);
  EXPECT_EQ(seen_[0].header("X-RequestType"), "Connect");
  EXPECT_EQ(seen_[0].header("Cookie"), "(none)");
  EXPECT_EQ(seen_[1].header("X-RequestType"), "Execute");
  EXPECT_EQ(seen_[1].header("Cookie"), "MapiContext=c; MapiSequence=1");
  EXPECT_EQ(seen_[1].body, encode(request).value());
  EXPECT_EQ(seen_[2].header("X-RequestType"), "PING");
  EXPECT_EQ(seen_[2].header("Cookie"), "MapiContext=c; MapiSequence=2");
  EXPECT_EQ(seen_[2].body, "");
  EXPECT_EQ(seen_[3].header("X-RequestType"), "Disconnect");
  for (const SeenRequest& one : seen_) {
    EXPECT_EQ(one.url, kUrl);
    EXPECT_EQ(one.header("Content-Type"), "application/mapi-http");
    EXPECT_EQ(one.header("X-ClientApplication"), "Outlook/15.00.0000.0000");
    EXPECT_EQ(one.header("X-ClientInfo"), seen_[0].header("X-ClientInfo"));
    EXPECT_EQ(one.authorization, "Basic dXNlcjpwNHNz");
  }
}

TEST_F(Session, RequestsAreNumberedUnderOneId) {
  MapiSession session = connected();
  answers_ = {good(""), good("")};
  EXPECT_TRUE(session.ping(limits_));
  EXPECT_TRUE(session.ping(limits_));
  const std::regex form(R"(\{[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\}:1)");
  const std::string first = seen_[0].header("X-RequestId"), id = first.substr(0, first.size() - 1);
  EXPECT_TRUE(std::regex_match(first, form)) << first;
  EXPECT_EQ(seen_[1].header("X-RequestId"), id + "2");
  EXPECT_EQ(seen_[2].header("X-RequestId"), id + "3");
  EXPECT_TRUE(std::regex_match(seen_[0].header("X-ClientInfo"), form));
}

TEST_F(Session, NothingBeforeConnectAndNothingAfterTheEnd) {
  MapiSession session = make();
  EXPECT_EQ(session.ping(limits_).error().errc(), Errc::unconfigured);
  answers_ = {good(encode(wire::ConnectResponse{}).value()), good(encode(wire::DisconnectResponse{}).value())};
  EXPECT_TRUE(session.connect(limits_));
  EXPECT_EQ(session.connect(limits_).error().errc(), Errc::unconfigured);
  EXPECT_TRUE(session.disconnect(limits_));
  EXPECT_EQ(session.ping(limits_).error().errc(), Errc::unconfigured);
  EXPECT_EQ(seen_.size(), 2U);
}

TEST_F(Session, ConnectThatIsRefused) {
  wire::ConnectResponse refused;
  refused.error_code = 0x80070005;
  answers_ = {good(encode(refused).value())};
  MapiSession session = make();
  const auto answer = session.connect(limits_);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().errc(), Errc::no_access);
  EXPECT_FALSE(session.usable());
  EXPECT_EQ(session.ping(limits_).error().errc(), Errc::session_lost);
}

// What reached nobody is sent once more, over another connection, under the same number and with the same cookies.
TEST_F(Session, WhatNeverArrivedIsSentAgain) {
  MapiSession session = connected({"Set-Cookie: s=1"});
  answers_ = {lost(Errc::network, false), good(encode(wire::ExecuteResponse{}).value())};
  EXPECT_TRUE(session.execute({}, limits_));
  ASSERT_EQ(seen_.size(), 3U);
  EXPECT_FALSE(seen_[1].fresh_connection);
  EXPECT_TRUE(seen_[2].fresh_connection);
  EXPECT_EQ(seen_[2].header("X-RequestId"), seen_[1].header("X-RequestId"));
  EXPECT_EQ(seen_[2].header("Cookie"), "s=1");
  EXPECT_EQ(seen_[2].body, seen_[1].body);

  answers_ = {lost(Errc::network, false), lost(Errc::network, false), good("")};
  EXPECT_EQ(session.ping(limits_).error().errc(), Errc::network) << "once, not for ever";
  EXPECT_EQ(answers_.size(), 1U);
  EXPECT_FALSE(session.usable());
}

// A request that may have been executed is never sent again: the server would hand out the next piece of a download,
// and the lost one would be missing (invariant 1).
TEST_F(Session, WhatMayHaveArrivedIsNot) {
  for (const Errc code : {Errc::network, Errc::timeout, Errc::cancelled, Errc::malformed}) {
    MapiSession session = connected();
    const std::size_t before = seen_.size();
    answers_ = {lost(code, true), good(encode(wire::ExecuteResponse{}).value())};
    const auto answer = session.execute({}, limits_);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().errc(), code);
    EXPECT_EQ(seen_.size(), before + 1);
    EXPECT_EQ(session.execute({}, limits_).error().errc(), Errc::session_lost);
    EXPECT_EQ(seen_.size(), before + 1) << "a lost session sends nothing";
    answers_.clear();
  }
}

TEST_F(Session, AStopOrABadCertificateIsNotTriedAgain) {
  for (const ScriptedAnswer& answer :
       {lost(Errc::cancelled, false), lost(Errc::timeout, false), lost(Errc::network, false, Retry::never)}) {
    answers_ = {answer};
    seen_.clear();
    MapiSession session = make();
    EXPECT_FALSE(session.connect(limits_));
    EXPECT_EQ(seen_.size(), 1U);
  }
}

TEST_F(Session, EveryAnswerThatFailsLosesTheSession) {
  const std::vector<ScriptedAnswer> failing = {
      {200, {"X-ResponseCode: 10"}, ""},
      {200, {"X-ResponseCode: 15"}, "<html>"},
      {500, {}, ""},
      {403, {}, ""},
      {200, {"X-ResponseCode: 0"}, "PROCESS"},
      {200, {"X-ResponseCode: 0"}, "HELLO"},
      good(Bytes("\0\0", 2)),
      good(encode(wire::FailedBody{0x80004005, {}}).value()),
  };
  for (const ScriptedAnswer& answer : failing) {
    MapiSession session = connected();
    answers_ = {answer};
    EXPECT_FALSE(session.execute({}, limits_));
    EXPECT_FALSE(session.usable()) << answer.status << answer.data;
  }
}

TEST_F(Session, ABusyServerKeepsIt) {
  MapiSession session = connected();
  wire::ExecuteResponse busy, small;
  busy.error_code = 0x6BB;
  small.error_code = 0x47D;
  answers_ = {good(encode(busy).value()), good(encode(wire::FailedBody{0x480, {}}).value()),
              good(encode(small).value()), good(encode(wire::ExecuteResponse{}).value())};
  EXPECT_EQ(session.execute({}, limits_).error().errc(), Errc::busy);
  EXPECT_EQ(session.execute({}, limits_).error().errc(), Errc::busy);
  EXPECT_EQ(session.execute({}, limits_).error().errc(), Errc::too_big);
  EXPECT_TRUE(session.execute({}, limits_));
}

TEST_F(Session, RedirectsKeepMethodAndBody) {
  for (const int status : {301, 302, 303, 307, 308}) {
    MapiSession session = connected();
    seen_.clear();
    answers_ = {
        {status, {"Location: /other/?MailboxId=2"}, ""}, good(encode(wire::ExecuteResponse{}).value()), good("")};
    ASSERT_TRUE(session.execute({}, limits_));
    EXPECT_EQ(seen_[1].url, "https://mail.example.com/other/?MailboxId=2");
    EXPECT_EQ(seen_[1].body, seen_[0].body);
    ASSERT_TRUE(session.ping(limits_));
    EXPECT_EQ(seen_[2].url, seen_[1].url) << "from now on";
  }
}

// Invariant 11: credentials go nowhere else.
TEST_F(Session, RedirectsToOtherHostsAreRefused) {
  for (const char* location : {"https://evil.example.com/mapi", "http://mail.example.com/mapi", "//evil.example.com"}) {
    answers_ = {{302, {std::string("Location: ") + location}, ""}, good(encode(wire::ConnectResponse{}).value())};
    seen_.clear();
    MapiSession session = make();
    const auto answer = session.connect(limits_);
    ASSERT_FALSE(answer) << location;
    EXPECT_EQ(answer.error().errc(), Errc::unsupported);
    EXPECT_EQ(seen_.size(), 1U) << location;
  }
}

TEST_F(Session, RedirectsEnd) {
  for (int i = 0; i < 20; ++i) answers_.push_back({302, {"Location: /again"}, ""});
  MapiSession session = make();
  EXPECT_EQ(session.connect(limits_).error().errc(), Errc::malformed);
  EXPECT_EQ(seen_.size(), 6U);
  answers_ = {{302, {}, ""}};
  MapiSession nowhere = make();
  EXPECT_FALSE(nowhere.connect(limits_));
}

TEST_F(Session, ARefusedPasswordIsNotTriedAgain) {
  answers_ = {{401, {"WWW-Authenticate: Negotiate", "WWW-Authenticate: NTLM"}, "no"},
              good(encode(wire::ConnectResponse{}).value())};
  MapiSession session = make();
  const auto answer = session.connect(limits_);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().errc(), Errc::logon_failed);
  EXPECT_NE(answer.error().context.find("channel binding"), std::string::npos);
  EXPECT_EQ(seen_.size(), 1U);
}

TEST_F(Session, ARefusedTokenIsRenewedOnceARequest) {
  int renewals = 0;
  credentials_ = {AuthScheme::bearer, "", Secret{"old"},
                  [&renewals]() -> Result<Secret> { return Secret{"new" + std::to_string(++renewals)}; }};
  const ScriptedAnswer refused{401, {"WWW-Authenticate: Bearer"}, ""};
  answers_ = {refused, good(encode(wire::ConnectResponse{}).value()), refused, refused};
  MapiSession session = make();
  EXPECT_TRUE(session.connect(limits_));
  EXPECT_EQ(seen_[0].authorization, "Bearer old");
  EXPECT_EQ(seen_[1].authorization, "Bearer new1");
  EXPECT_EQ(session.ping(limits_).error().errc(), Errc::logon_failed);
  EXPECT_EQ(seen_.size(), 4U);
  EXPECT_EQ(renewals, 2);
}

TEST_F(Session, TheNextSessionEndsTheContextOfALostOne) {
  MapiSession first = connected({"Set-Cookie: sid=1", "Set-Cookie: sequence=1"});
  answers_ = {lost(Errc::network, true)};
  EXPECT_FALSE(first.ping(limits_));
  seen_.clear();
  answers_ = {good(encode(wire::ConnectResponse{}).value(), {"Set-Cookie: sid=2"}), good("")};
  MapiSession second = make(first.cookies());
  EXPECT_TRUE(second.connect(limits_));
  EXPECT_TRUE(second.ping(limits_));
  EXPECT_EQ(seen_[0].header("Cookie"), "sid=1; sequence=1");
  EXPECT_EQ(seen_[1].header("Cookie"), "sid=2");
}

TEST_F(Session, PingsAtHalfTheIdleTime) {
  MapiSession session = connected({"X-ExpirationInfo: 900000"});
  seen_.clear();
  answers_ = {good("")};
  clock_.advance(std::chrono::seconds{449});
  EXPECT_TRUE(session.ping_if_due(limits_));
  EXPECT_EQ(seen_.size(), 0U);
  clock_.advance(std::chrono::seconds{1});
  EXPECT_TRUE(session.ping_if_due(limits_));
  EXPECT_EQ(seen_.size(), 1U);
  EXPECT_TRUE(session.ping_if_due(limits_));
  EXPECT_EQ(seen_.size(), 1U) << "that was a sign of life";
}

// Invariant 11.
TEST_F(Session, TheLogHoldsNoCredential) {
  std::string logged;
  log_ =
      Log::to_receiver([&logged](Level, std::string_view line) { logged += std::string(line) + "\n"; }, Level::trace);
  MapiSession session = connected({"Set-Cookie: MapiContext=cookievalue"});
  answers_ = {good(encode(wire::ExecuteResponse{}).value()), {401, {"WWW-Authenticate: Basic"}, ""}};
  EXPECT_TRUE(session.execute({}, limits_));
  EXPECT_FALSE(session.ping(limits_));
  EXPECT_NE(logged.find("Execute 2: 16 bytes out, 20 in"), std::string::npos) << logged;
  for (const char* secret : {"p4ss", "dXNlcjpwNHNz", "cookievalue", "example.com", "cn=u"}) {
    EXPECT_EQ(logged.find(secret), std::string::npos) << secret;
  }
}

}  // namespace
}  // namespace mapisync::mapihttp
