// Connect to Disconnect: authentication, contexts, cookies, sequence, forms of failure.
#include <gtest/gtest.h>

#include "providers/mapihttp/wire/session_body.h"
#include "tests/mapihttp/emulator/rig.h"
#include "tools/emulator/rop_call.h"

namespace mapisync::emulator::test {
namespace {

TEST(EmulatorSession, NobodyComesInWithoutAPassword) {
  Rig rig;
  WireClient stranger(rig.endpoint, "ann", "guess");
  const HttpAnswer answer = stranger.post("Connect", {});
  EXPECT_EQ(answer.status, 401);
  bool asked = false;
  for (const auto& [name, value] : answer.headers)
    asked = asked || (name == "WWW-Authenticate" && value.starts_with("Basic"));
  EXPECT_TRUE(asked);
}

TEST(EmulatorSession, LogonSaysWhichMailboxAndWhereItsFoldersAre) {
  Rig rig;
  const wire::LogonResponse logon = rig.client.logon();
  EXPECT_EQ(Bytes(logon.mailbox_guid.begin(), logon.mailbox_guid.end()), rig.box.identity().value().mailbox_guid);
  EXPECT_EQ(logon.folders[4], rig.client.short_id(rig.inbox_key()));
  const auto root = rig.box.folder_record(fake::FakeMailbox::kIpmSubtree).value();
  EXPECT_EQ(logon.folders[3], rig.client.short_id(root.info.key.bytes()));
}

TEST(EmulatorSession, AnotherUsersMailboxIsRefused) {
  Rig rig;
  WireClient bob(rig.endpoint, "bob", "other");
  ASSERT_EQ(bob.connect(), 0U);
  wire::LogonRequest request;
  request.essdn = dn_of("ann");
  EXPECT_EQ(bob.execute({rop(0, request)}, {wire::kNoHandle}).response().return_value, rop_code::kUnknownUser);
}

TEST(EmulatorSession, PerMdbReplidMappingIsRequired) {
  Rig rig;
  ASSERT_EQ(rig.client.connect(), 0U);
  wire::LogonRequest request;
  request.essdn = dn_of("ann");
  request.open_flags = wire::logon_flags::kHomeLogon;
  EXPECT_EQ(rig.client.execute({rop(0, request)}, {wire::kNoHandle}).response().return_value,
            rop_code::kInvalidParameter);
}

TEST(EmulatorSession, AStaleSequenceCookieIsRefused) {
  Rig rig;
  rig.client.logon();
  const std::string before = rig.client.cookies();
  EXPECT_EQ(response_code(rig.client.post("PING", {})), 0);
  EXPECT_NE(rig.client.cookies(), before);
  rig.client.cookies() = before;
  EXPECT_EQ(response_code(rig.client.post("PING", {})), 15);
}

TEST(EmulatorSession, AContextEndsWithDisconnectAndWithTheNextConnect) {
  Rig rig;
  rig.client.logon();
  std::string cookies = rig.client.cookies();
  rig.client.connect();  // with the cookies of the first
  const std::string second = rig.client.cookies();
  EXPECT_NE(second, cookies);
  rig.client.cookies() = cookies;
  EXPECT_EQ(response_code(rig.client.post("PING", {})), 10);
  rig.client.cookies() = second;
  EXPECT_EQ(response_code(rig.client.post("Disconnect", wire::encode(wire::DisconnectRequest{}).value())), 0);
  EXPECT_EQ(response_code(rig.client.post("PING", {})), 10);
}

TEST(EmulatorSession, AContextOfAnotherUserIsNotFound) {
  Rig rig;
  rig.client.logon();
  WireClient bob(rig.endpoint, "bob", "other");
  bob.cookies() = rig.client.cookies();
  EXPECT_EQ(response_code(bob.post("PING", {})), 10);
  EXPECT_EQ(response_code(rig.client.post("PING", {})), 0);
}

TEST(EmulatorSession, EachModeCountsFailuresItsOwnWay) {
  Rig exchange(Mode::exchange), gromox(Mode::gromox);
  EXPECT_EQ(response_code(exchange.client.post("PING", {})), 13);
  const HttpAnswer answer = gromox.client.post("PING", {});
  EXPECT_EQ(response_code(answer), 6);
  EXPECT_EQ(answer.body, Bytes("\6\0\0\0\6\0\0\0", 8));
  exchange.client.logon();
  EXPECT_EQ(response_code(exchange.client.post("Dance", {})), 5);
  EXPECT_EQ(response_code(exchange.client.post("Execute", "no body of an Execute")), 12);
}

TEST(EmulatorSession, WhoNeverDisconnectsMakesRoomForOthers) {
  Rig rig;
  rig.client.connect();
  WireClient idle(rig.endpoint);
  idle.connect();
  for (std::size_t i = 0; i < Endpoint::kContextsMax; ++i) {
    EXPECT_EQ(response_code(rig.client.post("PING", {})), 0);
    WireClient other(rig.endpoint);
    EXPECT_EQ(other.connect(), 0U);
  }
  EXPECT_EQ(response_code(rig.client.post("PING", {})), 0);
  EXPECT_EQ(response_code(idle.post("PING", {})), 10);
}

TEST(EmulatorSession, DroppedSessionsAreNotFound) {
  Rig rig;
  rig.client.logon();
  rig.provider->drop_sessions();
  EXPECT_EQ(response_code(rig.client.post("PING", {})), 10);
}

TEST(EmulatorSession, ADeadServerAnswersNobodyUntilItIsRestarted) {
  Rig rig;
  rig.client.logon();
  rig.provider->kill_server();
  wire::ConnectRequest request;
  request.user_dn = dn_of("ann");
  const Bytes body = wire::encode(request).value();
  EXPECT_TRUE(rig.client.post("Connect", body).cut);
  EXPECT_TRUE(rig.client.post("Connect", body).cut);
  rig.provider->restart_server();
  EXPECT_FALSE(rig.client.post("Connect", body).cut);
}

TEST(EmulatorSession, TheScriptLosesDropsAndRefuses) {
  Rig rig;
  rig.client.logon();  // two requests
  rig.script("lose 3\ndrop 6\ndrop-answer 7\nresponse 8 17\npending 9 2\n");
  EXPECT_EQ(response_code(rig.client.post("PING", {})), 10);                                                    // 3
  rig.client.logon();                                                                                           // 4, 5
  EXPECT_TRUE(rig.client.post("PING", {}).cut);                                                                 // 6
  const Executed lost = rig.client.execute({rop(0, wire::TellVersionRequest{})}, {rig.client.logon_handle()});  // 7
  EXPECT_TRUE(lost.cut);
  EXPECT_EQ(response_code(rig.client.post("PING", {})), 17);  // 8
  const HttpAnswer slow =
      rig.client.post("NotificationWait", wire::encode(wire::NotificationWaitRequest{}).value());  // 9
  EXPECT_TRUE(slow.body.starts_with("PROCESSING\r\nPENDING\r\nPENDING\r\nDONE\r\n"));
}

TEST(EmulatorSession, ChangesOfTheSeedOfContextsAreNotNeededForTwoOfThem) {
  Rig rig;
  WireClient other(rig.endpoint);
  rig.client.logon();
  other.logon();
  EXPECT_NE(rig.client.cookies(), other.cookies());
  EXPECT_EQ(response_code(rig.client.post("PING", {})), 0);
  EXPECT_EQ(response_code(other.post("PING", {})), 0);
}

}  // namespace
}  // namespace mapisync::emulator::test
