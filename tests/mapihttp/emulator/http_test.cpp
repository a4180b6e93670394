// The emulator over sockets of 127.0.0.1.
#include <gtest/gtest.h>

#include "tests/mapihttp/emulator/rig.h"
#include "tools/emulator/emulator.h"

namespace mapisync::emulator::test {
namespace {

class OverHttp : public testing::Test {
 protected:
  OverHttp() {
    EXPECT_TRUE(box_.add_standard_folders());
    inbox_ = box_.folder("Inbox").value();
    for (const char* name : {"a", "b", "c"}) EXPECT_TRUE(box_.add_message(inbox_, fake::plain_message(name)));
  }
  void start(const std::string& script, bool tls = false) {
    client_.reset();  // a server waits for clients that are still there
    EmulatorOptions options;
    options.users.add("ann", "secret");
    options.script = WireScript::parse(script).value();
    options.http.tls = tls;
    emulator_ = Emulator::start(provider_->server(), std::move(options)).value();
    client_.emplace(over_http(origin()), "ann", "secret");
  }
  std::string origin() const {
    const std::string url = emulator_->url("ann");
    return url.substr(0, url.find("/mapi"));
  }
  Streamed synchronize() {
    client_->logon();
    const Bytes key = box_.folder_record(inbox_).value().info.key.bytes();
    return client_->synchronize(client_->open_folder(key), contents(), {});
  }

  fake::FakeMailbox box_ = fake::FakeMailbox::create(":memory:").value();
  fake::FakeFolderId inbox_{fake::FakeFolderId::none};
  std::unique_ptr<fake::FakeProvider> provider_ = fake::open_provider(box_, calm(Mode::exchange), nullptr, Log());
  std::unique_ptr<Emulator> emulator_;
  std::optional<WireClient> client_;
};

TEST_F(OverHttp, AFolderIsSynchronized) {
  start("");
  wire::StreamLog log;
  ASSERT_TRUE(wire::parse(synchronize().bytes, {}, log));
  EXPECT_EQ(log.complete, 3U);
  EXPECT_EQ(emulator_->counts().contexts, 1U);
}

TEST_F(OverHttp, ChunksOfAnySizeCarryTheSame) {
  start("");
  const Bytes whole = synchronize().bytes;
  start("chunks 1\n");
  EXPECT_EQ(synchronize().bytes, whole);
  start("chunks 7\npending 1 3 times 100\n");
  EXPECT_EQ(synchronize().bytes, whole);
}

TEST_F(OverHttp, AnAnswerThatIsCutIsNoAnswer) {
  start("drop 4\ndrop-answer 7\n");
  client_->logon();                             // 1, 2
  EXPECT_FALSE(client_->post("PING", {}).cut);  // 3
  EXPECT_TRUE(client_->post("PING", {}).cut);   // 4
  client_->logon();                             // 5, 6
  EXPECT_TRUE(client_->execute({rop(0, wire::TellVersionRequest{})}, {client_->logon_handle()}).cut);
}

TEST_F(OverHttp, TheSameOverTls) {
  start("");
  const Bytes plain = synchronize().bytes;
  start("", true);
  EXPECT_TRUE(emulator_->url("ann").starts_with("https://"));
  EXPECT_TRUE(emulator_->made_certificate().starts_with("-----BEGIN CERTIFICATE-----"));
  EXPECT_EQ(synchronize().bytes, plain);
}

TEST_F(OverHttp, APortThatIsTakenIsSaid) {
  start("");
  EmulatorOptions options;
  options.http.port = emulator_->port();
  const auto second = Emulator::start(provider_->server(), std::move(options));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().errc(), Errc::io_error);
}

TEST_F(OverHttp, OnlyTheEndpointAnswers) {
  start("");
  const auto send = over_http(origin());
  HttpRequest request{"POST", "/mapi/emsmdb/?MailboxId=ann", {}, {}};
  EXPECT_EQ(send(request).status, 401);
  request.headers = {{"Authorization", "Basic " + base64("ann:secret")}};
  request.target = "/elsewhere";
  EXPECT_EQ(send(request).status, 404);
  request.target = "/autodiscover/autodiscover.xml";
  const HttpAnswer found = send(request);
  EXPECT_EQ(found.status, 200);
  EXPECT_NE(found.body.find(emulator_->url("ann")), std::string::npos) << found.body;
}

}  // namespace
}  // namespace mapisync::emulator::test
