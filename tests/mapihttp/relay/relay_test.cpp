// Hostile cuts between a client and the emulator.
#include <gtest/gtest.h>

#include "providers/mapihttp/wire/session_body.h"
#include "tests/mapihttp/emulator/rig.h"
#include "tests/mapihttp/relay/tcp_relay.h"
#include "tools/emulator/emulator.h"

namespace mapisync::emulator::test {
namespace {

using mapihttp::test::RelayRule;
using mapihttp::test::RelayScript;
using mapihttp::test::RelayWay;
using mapihttp::test::TcpRelay;

class ThroughARelay : public testing::Test {
 protected:
  ThroughARelay() {
    EXPECT_TRUE(box_.add_standard_folders());
    inbox_ = box_.folder("Inbox").value();
    for (const char* name : {"a", "b", "c"}) EXPECT_TRUE(box_.add_message(inbox_, fake::plain_message(name)));
    EmulatorOptions options;
    options.users.add("ann", "secret");
    emulator_ = Emulator::start(provider_->server(), std::move(options)).value();
  }
  /// A client behind a relay with this script; it ends before the relay does.
  struct Behind {
    Behind(std::uint16_t server, const std::string& script)
        : relay(server, RelayScript::parse(script).value()),
          client(over_http("http://127.0.0.1:" + std::to_string(relay.port())), "ann", "secret") {}
    TcpRelay relay;
    WireClient client;
  };
  Streamed synchronize(WireClient& client) {
    client.logon();
    const Bytes key = box_.folder_record(inbox_).value().info.key.bytes();
    return client.synchronize(client.open_folder(key), contents(), {});
  }

  fake::FakeMailbox box_ = fake::FakeMailbox::create(":memory:").value();
  fake::FakeFolderId inbox_{fake::FakeFolderId::none};
  std::unique_ptr<fake::FakeProvider> provider_ = fake::open_provider(box_, calm(Mode::exchange), nullptr, Log());
  std::unique_ptr<Emulator> emulator_;
};

TEST_F(ThroughARelay, WithoutRulesNothingShows) {
  Behind behind(emulator_->port(), "");
  wire::StreamLog log;
  ASSERT_TRUE(wire::parse(synchronize(behind.client).bytes, {}, log));
  EXPECT_EQ(log.complete, 3U);
  EXPECT_EQ(behind.relay.connections(), 1U);
}

TEST_F(ThroughARelay, SplitsDoNotShow) {
  Behind whole(emulator_->port(), ""), split(emulator_->port(), "split to-client every 3\nsplit to-server every 5\n");
  EXPECT_TRUE(synchronize(split.client).bytes == synchronize(whole.client).bytes);
}

TEST_F(ThroughARelay, AConnectionEndsAtAnyByteOfAnAnswer) {
  wire::ConnectRequest request;
  request.user_dn = "/o=mapisync/ou=Emulator/cn=Recipients/cn=ann";
  const Bytes body = wire::encode(request).value();
  for (const std::uint64_t bytes : {0, 1, 17, 100, 300, 500}) {
    Behind behind(emulator_->port(), "cut to-client every " + std::to_string(bytes) + "\n");
    EXPECT_TRUE(behind.client.post("Connect", body).cut) << bytes;
  }
}

TEST_F(ThroughARelay, AConnectionEndsWithinARequest) {
  wire::ConnectRequest request;
  request.user_dn = "/o=mapisync/ou=Emulator/cn=Recipients/cn=ann";
  const std::uint64_t before = emulator_->counts().contexts;
  Behind behind(emulator_->port(), "cut to-server 1 60\n");
  EXPECT_TRUE(behind.client.post("Connect", wire::encode(request).value()).cut);
  EXPECT_EQ(emulator_->counts().contexts, before);
  EXPECT_FALSE(behind.client.post("Connect", wire::encode(request).value()).cut);
  EXPECT_EQ(behind.relay.cuts(), 1U);
}

TEST(RelayRules, AreReadFromText) {
  const RelayScript script = RelayScript::parse("cut to-client 2 10\n\nsplit to-server every 1\n").value();
  ASSERT_EQ(script.rules.size(), 2U);
  EXPECT_EQ(script.find(RelayRule::Kind::cut, RelayWay::to_client, 1), nullptr);
  EXPECT_EQ(script.find(RelayRule::Kind::cut, RelayWay::to_client, 2)->bytes, 10U);
  EXPECT_EQ(script.find(RelayRule::Kind::split, RelayWay::to_server, 9)->bytes, 1U);
  for (const char* bad : {"cut", "cut to-client 0 1", "cut to-nobody 1 1", "cut to-client 1 x", "split to-client 1 0",
                          "cut to-client 1 1 1", "burn to-client 1 1"}) {
    EXPECT_FALSE(RelayScript::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace mapisync::emulator::test
