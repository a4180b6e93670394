// What an answer means: headers, cookies, framing, codes, challenges, URLs. Without a socket.
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "providers/mapihttp/transport/answer_failures.h"
#include "providers/mapihttp/transport/answer_reader.h"
#include "providers/mapihttp/transport/auth_challenge.h"
#include "providers/mapihttp/transport/cookie_jar.h"
#include "providers/mapihttp/transport/url.h"

namespace mapisync::mapihttp {
namespace {

HeaderList headers(std::initializer_list<const char*> lines) {
  HeaderList list;
  for (const char* line : lines) EXPECT_TRUE(list.add_line(line));
  return list;
}

TEST(Headers, NamesCompareWithoutCaseAndTheLastCounts) {
  const HeaderList list = headers({"X-ResponseCode:0", "x-responsecode:  7 \t", "Empty:"});
  ASSERT_NE(list.find("X-RESPONSECODE"), nullptr);
  EXPECT_EQ(*list.find("X-RESPONSECODE"), "7");
  EXPECT_EQ(*list.find("empty"), "");
  EXPECT_EQ(list.find("X-Response"), nullptr);
}

TEST(Cookies, ReplacedByNameAndAllSentBack) {
  CookieJar jar;
  ASSERT_TRUE(
      jar.take(headers({"Set-Cookie: MapiContext=abc==; path=/mapi; secure; HttpOnly", "set-cookie: MapiSequence=1",
                        "Set-Cookie: X-BackEndCookie=x; expires=Mon, 01 Jan 2001 00:00:00 GMT"})));
  EXPECT_EQ(jar.header(), "MapiContext=abc==; MapiSequence=1; X-BackEndCookie=x");
  ASSERT_TRUE(jar.take(headers({"Set-Cookie: MapiSequence=2; Path=/"})));
  EXPECT_EQ(jar.header(), "MapiContext=abc==; X-BackEndCookie=x; MapiSequence=2");
  ASSERT_TRUE(jar.take(headers({"Set-Cookie: X-BackEndCookie=; path=/", "Set-Cookie: MapiSequence=3; Max-Age=0",
                                "Set-Cookie: nonsense", "Set-Cookie: =v"})));
  EXPECT_EQ(jar.header(), "MapiContext=abc==");
}

TEST(Cookies, ContextsDoNotMix) {
  CookieJar jar;
  ASSERT_TRUE(jar.take(headers({"Set-Cookie: sid=old", "Set-Cookie: affinity=a"})));
  jar.begin_context();
  EXPECT_EQ(jar.header(), "sid=old; affinity=a") << "a Connect ends the context of its cookies";
  ASSERT_TRUE(jar.take(headers({"Set-Cookie: sid=new"})));
  jar.drop_old();
  EXPECT_EQ(jar.header(), "sid=new");
}

TEST(Cookies, AreBounded) {
  CookieJar jar;
  EXPECT_FALSE(jar.take(headers({("Set-Cookie: big=" + std::string(CookieJar::kMostBytes, 'x')).c_str()})));
  bool full = false;
  for (int i = 0; i < 1000 && !full; ++i)
    full = !jar.take(headers({("Set-Cookie: c" + std::to_string(i) + "=v").c_str()}));
  EXPECT_TRUE(full);
}

struct Answer {
  int status;
  HeaderList headers;
  std::string data;
};

Result<Bytes> read(const Answer& answer, std::size_t cut = 1) {
  AnswerReader reader(1000, Patience{});
  MAPISYNC_TRYV(reader.head(answer.status, answer.headers));
  MAPISYNC_TRYV(reader.data(BytesView(answer.data).substr(0, cut)));
  MAPISYNC_TRYV(reader.data(BytesView(answer.data).substr(std::min(cut, answer.data.size()))));
  MAPISYNC_TRYV(reader.finish("Execute"));
  return reader.take_body();
}

TEST(Answers, GoodOnes) {
  EXPECT_EQ(read({200, headers({"X-ResponseCode: 0"}), "PROCESSING\r\nDONE\r\n\r\nbody"}).value(), "body");
  EXPECT_EQ(read({200, {}, "PROCESSING\r\nDONE\r\nX-ResponseCode: 0\r\n\r\nbody"}).value(), "body");
  EXPECT_EQ(read({200, headers({"X-ResponseCode: 0"}), ""}).value(), "") << "PING";
}

TEST(Answers, TheCodeAfterDoneCounts) {
  const auto answer = read({200, headers({"X-ResponseCode: 0"}), "DONE\r\nX-ResponseCode: 10\r\n\r\n<html>"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().errc(), Errc::session_lost);
}

TEST(Answers, FailuresComeWithOrWithoutWords) {
  for (const char* body : {"PROCESSING\r\nDONE\r\n\r\n", "<html>no</html>", "\x0a\0\0\0\x0a\0\0\0", ""}) {
    const auto answer = read({200, headers({"X-ResponseCode: 13"}), body});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().errc(), Errc::session_lost) << body;
  }
}

TEST(Answers, WhatIsNoMapiHttp) {
  EXPECT_EQ(read({200, {}, ""}).error().errc(), Errc::malformed);
  EXPECT_EQ(read({200, {}, "<html>welcome</html>"}).error().errc(), Errc::malformed);
  EXPECT_EQ(read({200, headers({"X-ResponseCode: zero"}), ""}).error().errc(), Errc::malformed);
  EXPECT_EQ(read({200, headers({"X-ResponseCode: 0"}), "PROCESSING\r\n"}).error().errc(), Errc::malformed);
  EXPECT_EQ(read({200, headers({"X-ResponseCode: 0"}), "DONE\r\n\r\n" + std::string(1001, 'x')}).error().errc(),
            Errc::too_big);
  EXPECT_EQ(read({500, {}, std::string(1001, 'x')}).error().errc(), Errc::too_big) << "an error page is bounded too";
}

TEST(Answers, PatienceFollowsTheServer) {
  const Patience patience;
  const auto after = [&patience](const HeaderList& list) {
    AnswerReader reader(10, patience);
    EXPECT_TRUE(reader.head(200, list));
    return reader.patience();
  };
  EXPECT_EQ(AnswerReader(10, patience).patience(), patience.before_answer);
  EXPECT_EQ(after({}), patience.between_pieces);
  EXPECT_EQ(after(headers({"X-PendingPeriod: 30000"})), std::chrono::seconds{90});
  EXPECT_EQ(after(headers({"X-PendingPeriod: 1"})), patience.between_pieces);
  EXPECT_EQ(after(headers({"X-PendingPeriod: 4294967295"})), patience.at_most);
}

TEST(Codes, HttpStatus) {
  const auto of = [](int status, const HeaderList& list = {}) { return http_status_failure(status, list, "Execute"); };
  EXPECT_EQ(of(403).errc(), Errc::no_access);
  EXPECT_EQ(of(404).errc(), Errc::not_found);
  EXPECT_EQ(of(404).retry, Retry::never);
  EXPECT_EQ(of(500).errc(), Errc::network);
  EXPECT_EQ(of(500).retry, Retry::later);
  EXPECT_EQ(of(204).errc(), Errc::malformed);
  EXPECT_EQ(of(407).errc(), Errc::logon_failed);
  const Failure busy = of(503, headers({"Retry-After: 7"}));
  EXPECT_EQ(busy.errc(), Errc::busy);
  EXPECT_EQ(busy.wait, std::chrono::seconds{7});
  EXPECT_EQ(of(503, headers({"Retry-After: 4000000000"})).wait, std::chrono::hours{1});
  EXPECT_EQ(of(503, headers({"Retry-After: Fri, 31 Dec 2027 23:59:59 GMT"})).wait.count(), 0);
}

// All of them end the session; small numbers mean other things at other servers, and are treated alike.
TEST(Codes, ResponseCodes) {
  for (std::uint32_t code = 1; code <= 20; ++code) {
    const Failure failure = response_code_failure(code, "Execute");
    EXPECT_EQ(failure.scope, Scope::mailbox) << code;
    const bool forbidden = code == 11 || code == 16;
    EXPECT_EQ(failure.errc(), forbidden ? Errc::no_access : Errc::session_lost) << code;
    EXPECT_EQ(failure.retry == Retry::never, forbidden) << code;
    EXPECT_NE(failure.context.find(std::to_string(code)), std::string::npos);
  }
  EXPECT_EQ(response_code_failure(10, "").retry, Retry::now);
  EXPECT_EQ(response_code_failure(4, "").retry, Retry::later) << "no privilege, with gromox";
}

TEST(Codes, StatusCodes) {
  EXPECT_EQ(status_code_failure(0x6BB, "").errc(), Errc::busy);
  EXPECT_EQ(status_code_failure(0x480, "").scope, Scope::folder);
  EXPECT_EQ(status_code_failure(0x47D, "").errc(), Errc::too_big);
  EXPECT_EQ(status_code_failure(0x3EB, "").errc(), Errc::logon_failed);
  EXPECT_EQ(status_code_failure(0x80070005, "").errc(), Errc::no_access);
  const Failure unknown = status_code_failure(0x12345678, "Execute");
  EXPECT_EQ(unknown.errc(), Errc::unclassified);
  EXPECT_EQ(unknown.raw_code, 0x12345678U);
}

TEST(Challenges, SchemesOfAllHeaders) {
  const HeaderList list =
      headers({"WWW-Authenticate: Negotiate, NTLM", "www-authenticate: Basic realm=\"a, Digest b\", charset=\"UTF-8\"",
               "WWW-Authenticate: ntlm", "WWW-Authenticate: Bearer client_id=\"x\\\", Fake y\", trusted=\"z\""});
  EXPECT_EQ(offered_schemes(list), (std::vector<std::string>{"Negotiate", "NTLM", "Basic", "Bearer"}));
  EXPECT_TRUE(offered_schemes(headers({"WWW-Authenticate:"})).empty());
}

TEST(Challenges, WindowsOnlyServersAreRecognised) {
  const HeaderList list = headers({"WWW-Authenticate: Negotiate", "WWW-Authenticate: NTLM"});
  const Failure failure = unauthorized(list, AuthScheme::basic, false);
  EXPECT_EQ(failure.errc(), Errc::logon_failed);
  EXPECT_EQ(failure.retry, Retry::never);
  for (const char* word : {"does not offer Basic", "Negotiate, NTLM", "channel binding", "cannot", "OAuth"}) {
    EXPECT_NE(failure.context.find(word), std::string::npos) << word << " in: " << failure.context;
  }
  EXPECT_NE(unauthorized(list, AuthScheme::ntlm, false).context.find("channel binding"), std::string::npos);
  EXPECT_EQ(unauthorized(list, AuthScheme::ntlm, true).context.find("channel binding"), std::string::npos);
  EXPECT_EQ(unauthorized(headers({"WWW-Authenticate: Basic"}), AuthScheme::basic, false).context.find("channel"),
            std::string::npos);
}

TEST(Urls, OnlyWhereCredentialsMayGo) {
  for (const char* good : {"https://Mail.Example.com/mapi/emsmdb/?MailboxId=a@b", "http://127.0.0.1:8080/x",
                           "http://localhost/", "http://[::1]:99/"}) {
    EXPECT_TRUE(Url::parse(good)) << good;
  }
  for (const char* bad : {"", "mail.example.com", "/mapi", "ftp://x/", "file:///etc/passwd", "http://mail.example.com/",
                          "http://127.0.0.1.example.com/", "https://user:secret@mail.example.com/", "https://user@x/",
                          "https://x y/", "http://127.evil/"}) {
    const auto url = Url::parse(bad);
    ASSERT_FALSE(url) << bad;
    EXPECT_EQ(url.error().errc(), Errc::invalid_argument);
    EXPECT_EQ(url.error().context.find("secret"), std::string::npos) << "invariant 11";
  }
  const Url url = Url::parse("https://Mail.Example.com/mapi/?a=b#c").value();
  EXPECT_EQ(url.host(), "mail.example.com");
  EXPECT_EQ(url.origin(), "https://mail.example.com:443");
  EXPECT_EQ(url.text(), "https://Mail.Example.com/mapi/?a=b");
}

TEST(Urls, RedirectsStayOnTheHost) {
  const Url url = Url::parse("https://mail.example.com/mapi/emsmdb/?MailboxId=x").value();
  EXPECT_EQ(url.follow("/other/?y=z").value().text(), "https://mail.example.com/other/?y=z");
  EXPECT_EQ(url.follow("https://MAIL.example.com:443/a").value().origin(), url.origin());
  for (const char* away : {"https://evil.example.com/", "http://mail.example.com/", "https://mail.example.com:444/",
                           "//evil/x", "ftp://mail.example.com/"}) {
    EXPECT_FALSE(url.follow(away)) << away;
  }
  EXPECT_NE(url.follow("https://other.example.com/").error().context.find("https://other.example.com"),
            std::string::npos);
  const Url plain = Url::parse("http://localhost:80/").value();
  EXPECT_TRUE(plain.follow("https://localhost/"));
  EXPECT_FALSE(plain.follow("http://localhost:81/"));
}

}  // namespace
}  // namespace mapisync::mapihttp
