// Autodiscover: its documents, honest and hostile, and the way from an address to a URL. Without a socket.
#include "providers/mapihttp/transport/autodiscover.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/mapihttp/transport/scripted_channel.h"

namespace mapisync::mapihttp {
namespace {

using test::ScriptedAnswer;
using test::ScriptedChannel;
using test::SeenRequest;

std::string document(const std::string& account) {
  return R"(<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
 <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
  <User><DisplayName>A &amp; B</DisplayName><LegacyDN>/o=A/cn=u</LegacyDN></User>
  <Account><AccountType>email</AccountType>)" +
         account + "</Account></Response></Autodiscover>";
}

const std::string kSettings = document(R"(<Action>settings</Action>
  <Protocol><Type>EXCH</Type><Server>x</Server></Protocol>
  <Protocol Type="mapiHttp" Version="1">
   <MailStore><InternalUrl>https://inside/mapi/emsmdb/?MailboxId=1&amp;x=y</InternalUrl>
              <ExternalUrl>https://mail.example.com/mapi/emsmdb/?MailboxId=1</ExternalUrl></MailStore>
   <AddressBook><ExternalUrl>https://mail.example.com/mapi/nspi/</ExternalUrl></AddressBook>
  </Protocol>)");

TEST(AutodiscoverDocument, Request) {
  const std::string request = autodiscover_request("a&<b>@example.com");
  EXPECT_EQ(
      request,
      R"(<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/)"
      R"(outlook/requestschema/2006"><Request><EMailAddress>a&amp;&lt;b&gt;@example.com</EMailAddress>)"
      R"(<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a)"
      R"(</AcceptableResponseSchema></Request></Autodiscover>)");
}

TEST(AutodiscoverDocument, Settings) {
  const auto answer = parse_autodiscover(kSettings);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.value().user_dn, "/o=A/cn=u");
  EXPECT_EQ(answer.value().mailbox_url(), "https://mail.example.com/mapi/emsmdb/?MailboxId=1");
  EXPECT_EQ(answer.value().internal_url, "https://inside/mapi/emsmdb/?MailboxId=1&x=y");
}

TEST(AutodiscoverDocument, PrefixesAndInsideOnly) {
  const auto answer = parse_autodiscover(
      R"(<a:Autodiscover xmlns:a="x"><r:Response xmlns:r="y"><r:User><r:LegacyDN>/o</r:LegacyDN></r:User><r:Account>
         <r:Protocol Type="mapiHttp"><r:MailStore><r:InternalUrl>https://in/</r:InternalUrl></r:MailStore></r:Protocol>
         </r:Account></r:Response></a:Autodiscover>)");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.value().mailbox_url(), "https://in/");
}

TEST(AutodiscoverDocument, Redirects) {
  const auto address =
      parse_autodiscover(document("<Action>redirectAddr</Action><RedirectAddr>a@b.example</RedirectAddr>"));
  ASSERT_TRUE(address);
  EXPECT_EQ(address.value().redirect_address, "a@b.example");
  const auto url = parse_autodiscover(document("<Action>redirectUrl</Action><RedirectUrl>https://x/</RedirectUrl>"));
  ASSERT_TRUE(url);
  EXPECT_EQ(url.value().redirect_url, "https://x/");
}

TEST(AutodiscoverDocument, Failures) {
  EXPECT_EQ(parse_autodiscover("").error().errc(), Errc::malformed);
  EXPECT_EQ(parse_autodiscover("<html><body>hello</body></html>").error().errc(), Errc::malformed);
  EXPECT_EQ(parse_autodiscover(document("<Action>settings</Action>")).error().errc(), Errc::unsupported);
  const auto unknown = parse_autodiscover(
      "<Autodiscover><Response><Error Time=\"1\" Id=\"2\"><ErrorCode>500</ErrorCode><Message>jane@example.com is "
      "unknown"
      "</Message></Error></Response></Autodiscover>");
  EXPECT_EQ(unknown.error().errc(), Errc::not_found);
  EXPECT_NE(unknown.error().context.find("500"), std::string::npos);
  EXPECT_EQ(unknown.error().context.find("jane"), std::string::npos) << "invariant 11";
  EXPECT_EQ(parse_autodiscover(std::string(kMostAutodiscoverBytes + 1, ' ')).error().errc(), Errc::malformed);
}

TEST(AutodiscoverDocument, EveryPrefixIsRefused) {
  const std::string bare = kSettings.substr(0, kSettings.rfind("</Autodiscover>") + 14);
  for (std::size_t size = 0; size < bare.size(); ++size) ASSERT_FALSE(parse_autodiscover(bare.substr(0, size))) << size;
}

// Invariant 8, and the usual attacks on XML: entities stand for nothing, whoever declares them; depth costs nothing.
TEST(AutodiscoverDocument, HostileXml) {
  const std::string bomb =
      R"(<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>)" +
      document(
          R"(<Protocol Type="mapiHttp"><MailStore><ExternalUrl>https://x/?&b;&f;</ExternalUrl></MailStore></Protocol>)")
          .substr(39);
  const auto answer = parse_autodiscover(bomb);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.value().mailbox_url(), "https://x/?&b;&f;");
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<a>";
  EXPECT_FALSE(parse_autodiscover(deep));
  std::string closed;
  for (int i = 0; i < 100'000; ++i) closed += "<a>";
  for (int i = 0; i < 100'000; ++i) closed += "</a>";
  EXPECT_FALSE(parse_autodiscover(closed));
}

TEST(AutodiscoverPlaces, OfAnAddress) {
  const auto places = autodiscover_urls("jane.doe@example.com");
  ASSERT_TRUE(places);
  EXPECT_EQ(places.value(),
            (std::vector<std::string>{"https://example.com/autodiscover/autodiscover.xml",
                                      "https://autodiscover.example.com/autodiscover/autodiscover.xml"}));
  for (const char* bad : {"", "jane", "@example.com", "jane@", "jane@ex ample.com", "jane@evil.com/x",
                          "jane@evil.com:80", "j\n@x", "j@.x"}) {
    EXPECT_FALSE(autodiscover_urls(bad)) << bad;
  }
}

class Discovery : public testing::Test {
 protected:
  Result<AutodiscoverAnswer> find(const std::string& address = "jane@example.com") {
    ScriptedChannel channel(answers_, seen_);
    const Credentials credentials{AuthScheme::basic, "user", Secret{"pass"}};
    return Autodiscover(channel, credentials).find(address, limits_);
  }
  std::deque<ScriptedAnswer> answers_;
  std::vector<SeenRequest> seen_;
  StopFlag stop_;
  CallLimits limits_{stop_};
};

ScriptedAnswer unreachable() {
  ScriptedAnswer answer;
  answer.failure = fail(Errc::network, Scope::mailbox, Retry::later, "cannot resolve");
  answer.may_be_executed = false;
  return answer;
}

TEST_F(Discovery, SecondPlace) {
  answers_ = {unreachable(), {200, {}, kSettings}};
  const auto answer = find();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.value().user_dn, "/o=A/cn=u");
  ASSERT_EQ(seen_.size(), 2U);
  EXPECT_EQ(seen_[1].url, "https://autodiscover.example.com/autodiscover/autodiscover.xml");
  EXPECT_EQ(seen_[1].header("X-MapiHttpCapability"), "1");
  EXPECT_EQ(seen_[1].header("Content-Type"), "text/xml; charset=utf-8");
  EXPECT_EQ(seen_[1].body, autodiscover_request("jane@example.com"));
}

TEST_F(Discovery, AnotherAddress) {
  answers_ = {{200, {}, document("<Action>redirectAddr</Action><RedirectAddr>jane@other.example</RedirectAddr>")},
              {200, {}, kSettings}};
  EXPECT_TRUE(find());
  EXPECT_EQ(seen_[1].url, "https://other.example/autodiscover/autodiscover.xml");
  EXPECT_EQ(seen_[1].body, autodiscover_request("jane@other.example"));
}

TEST_F(Discovery, RedirectsStayOnTheHostAndEnd) {
  answers_ = {{302, {"Location: /moved.xml"}, ""},
              {200, {}, document("<Action>redirectUrl</Action><RedirectUrl>https://example.com/2</RedirectUrl>")},
              {200, {}, kSettings}};
  EXPECT_TRUE(find());
  EXPECT_EQ(seen_[1].url, "https://example.com/moved.xml");
  EXPECT_EQ(seen_[2].url, "https://example.com/2");
  seen_.clear();
  answers_ = {{302, {"Location: https://evil.example/"}, ""}, unreachable()};
  const auto away = find();
  ASSERT_FALSE(away);
  EXPECT_NE(away.error().context.find("https://evil.example"), std::string::npos);
  for (const SeenRequest& request : seen_) EXPECT_EQ(request.url.find("evil"), std::string::npos);
  answers_.clear();
  for (int i = 0; i < 50; ++i) answers_.push_back({302, {"Location: /again"}, ""});
  EXPECT_FALSE(find());
  EXPECT_EQ(answers_.size(), 40U);
  answers_.clear();
  for (int i = 0; i < 50; ++i) {
    answers_.push_back({200, {}, document("<Action>redirectAddr</Action><RedirectAddr>a@b.example</RedirectAddr>")});
  }
  EXPECT_FALSE(find());
  EXPECT_EQ(answers_.size(), 45U);
}

TEST_F(Discovery, ARefusedLogonEndsIt) {
  answers_ = {{401, {"WWW-Authenticate: Basic"}, ""}, {200, {}, kSettings}};
  EXPECT_EQ(find().error().errc(), Errc::logon_failed);
  EXPECT_EQ(seen_.size(), 1U);
}

TEST_F(Discovery, TellsWhatCameOfEachPlace) {
  answers_ = {unreachable(), {404, {}, ""}};
  const auto answer = find();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().retry, Retry::later);
  for (const char* part :
       {"https://example.com:443", "cannot resolve", "https://autodiscover.example.com:443", "404"}) {
    EXPECT_NE(answer.error().context.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(answer.error().context.find("jane"), std::string::npos) << "invariant 11";
}

}  // namespace
}  // namespace mapisync::mapihttp
