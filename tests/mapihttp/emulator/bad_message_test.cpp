// Bad messages, in all the ways a server has with them. Invariants 3, 4 and 5 are tested with these.
#include <gtest/gtest.h>

#include "providers/mapihttp/wire/fast_transfer_parser.h"
#include "tests/mapihttp/emulator/content_builder.h"
#include "tests/mapihttp/emulator/rig.h"

namespace mapisync::emulator::test {
namespace {

MessageContent with_all_parts(const std::string& name) {
  MessageContent content = fake::plain_content(name, "body of " + name);
  content.recipients.emplace_back();
  content.recipients.back().properties = {{pr::kDisplayName, std::nullopt, Text{"Ann"}}};
  content.attachments.emplace_back();
  content.attachments.back().properties = {{pr::kAttachNumber, std::nullopt, std::int32_t{0}}};
  content.attachments.back().embedded = std::make_unique<MessageContent>(fake::plain_content("within", "text"));
  return content;
}

/// Five messages in the order of their delivery; the third one is bad.
std::unique_ptr<Rig> five(Mode mode, fake::Damage damage = {}) {
  auto rig = std::make_unique<Rig>(mode);
  for (const char* name : {"m1", "m2", "bad", "m4", "m5"}) rig->add(name, with_all_parts(name));
  EXPECT_TRUE(rig->box.break_message(rig->box.message("bad").value(), damage));
  return rig;
}

bool covers(Rig& rig, const wire::StreamState& state, const std::string& name) {
  return state.seen && state.seen->contains(rig.server.replicas.current().value(), rig.record(name).change_number);
}
bool gives(Rig& rig, const wire::StreamState& state, const std::string& name) {
  return state.given && state.given->contains(rig.server.replicas.current().value(), rig.record(name).mid);
}

// wire 5.7 (1) to (8): wherever it stands, the error voids one message, and the others arrive.
class ErrorInfoAt : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Emulator, ErrorInfoAt,
                         testing::Values("place bad before-header", "place bad header", "place bad properties",
                                         "place bad recipient", "place bad attachment", "place bad embedded",
                                         "place bad later-buffer", "nameless bad", "auxiliary bad 0102ff", "twice bad",
                                         "place bad embedded\ncuts anywhere", "place bad header\ntwice bad"));

TEST_P(ErrorInfoAt, OneMessageIsVoid) {
  const auto rig = five(Mode::exchange);
  rig->script(GetParam());
  const auto run = rig->run();
  EXPECT_TRUE(run->parsed);
  EXPECT_EQ(run->log.complete, 4U);
  const std::string script = GetParam();
  EXPECT_EQ(run->log.errors, script.find("twice") == std::string::npos ? 1U : 2U);
  EXPECT_EQ(run->log.last_error.error_code, 0x8004011BU);
  if (script.find("nameless") == std::string::npos)
    EXPECT_EQ(wire::to_bytes(run->log.last_error.message), rig->record("bad").native_key.bytes());
  else
    EXPECT_TRUE(run->log.last_error.message.none());
  const bool diagnosed = script.find("auxiliary") != std::string::npos;
  EXPECT_EQ(run->log.last_error.auxiliary, diagnosed ? "\x01\x02\xff" : "");
  EXPECT_EQ(wire::to_bytes(run->log.last_error.folder), rig->inbox_key());
  // It was not downloaded: it comes up again (5.6 a).
  EXPECT_FALSE(covers(*rig, run->log.last_state, "bad"));
  EXPECT_FALSE(gives(*rig, run->log.last_state, "bad"));
  EXPECT_TRUE(covers(*rig, run->log.last_state, "m5"));
  const auto again = rig->run(run->log.last_state);
  EXPECT_EQ(again->log.complete, 0U);
  EXPECT_GE(again->log.errors, 1U);
}

TEST(EmulatorBadMessages, HalfOfItMayHaveComeInAnEarlierBuffer) {
  const auto rig = five(Mode::exchange);
  rig->script("place bad later-buffer");
  const auto run = rig->run();
  ASSERT_EQ(run->streamed.buffers.size(), 2U);
  wire::StreamLog log;
  wire::ParserOptions options;
  options.recover_mode = true;
  wire::FastTransferParser parser(log, options);
  ASSERT_TRUE(parser.feed(run->streamed.bytes.substr(0, run->streamed.buffers[0])));
  EXPECT_TRUE(parser.message_open());
  EXPECT_EQ(log.complete, 2U);
}

TEST(EmulatorBadMessages, TwoInARow) {
  const auto rig = five(Mode::exchange);
  ASSERT_TRUE(rig->box.break_message(rig->box.message("m4").value(), {}));
  const auto run = rig->run();
  EXPECT_EQ(run->log.complete, 3U);
  EXPECT_EQ(run->log.errors, 2U);
}

TEST(EmulatorBadMessages, TheFinalStateMayCoverIt) {  // 5.6 b, 5.7 (13)
  const auto rig = five(Mode::exchange);
  rig->script("cover-bad");
  const auto run = rig->run();
  EXPECT_EQ(run->log.errors, 1U);
  EXPECT_TRUE(covers(*rig, run->log.last_state, "bad"));
  EXPECT_EQ(rig->run(run->log.last_state)->log.errors, 0U);
}

TEST(EmulatorBadMessages, AnErrorInfoThatNobodyAskedForIsAgainstTheProtocol) {  // 5.7 (9)
  const auto rig = five(Mode::exchange);
  rig->script("unasked");
  const Streamed streamed = rig->client.synchronize(rig->open_inbox(), contents(false), {});
  wire::StreamLog log;
  EXPECT_FALSE(wire::parse(streamed.bytes, {}, log));
  EXPECT_EQ(log.complete, 2U);
}

TEST(EmulatorBadMessages, WithoutRecoverModeTheRunFailsAndTheBufferIsLost) {  // 5.7 (10)
  const auto rig = five(Mode::exchange);
  const auto run = rig->run({}, false);
  EXPECT_EQ(run->streamed.return_value, 0x8004011BU);
  EXPECT_EQ(run->streamed.status, wire::transfer_status::kError);
  EXPECT_TRUE(run->streamed.bytes.empty());
}

TEST(EmulatorBadMessages, AStreamThatFailedFailsForEver) {
  const auto rig = five(Mode::gromox, {fake::DamageKind::abort, Errc::call_failed});
  const std::uint32_t inbox = rig->open_inbox();
  const Executed configured = rig->client.execute({rop(0, contents())}, {inbox, wire::kNoHandle});
  const std::uint32_t download = configured.handles.at(1);
  EXPECT_EQ(rig->client.read_all(download).return_value, 0x80004005U);
  const Streamed again = rig->client.read_all(download);
  EXPECT_EQ(again.return_value, 0x80004005U);
  EXPECT_TRUE(again.bytes.empty());
}

TEST(EmulatorBadMessages, OneServerAbortsBehindWhatCameBefore) {
  const auto rig = five(Mode::gromox, {fake::DamageKind::abort, Errc::call_failed});
  const Streamed streamed = rig->client.synchronize(rig->open_inbox(), contents(), {});
  EXPECT_EQ(streamed.return_value, 0x80004005U);
  wire::StreamLog log;
  wire::FastTransferParser parser(log, {});
  ASSERT_TRUE(parser.feed(streamed.bytes));
  EXPECT_EQ(log.complete, 2U);
  EXPECT_TRUE(parser.message_open());  // and a part of it
  EXPECT_FALSE(parser.finish());
}

TEST(EmulatorBadMessages, AnErrorMayHaveNoReturnValue) {  // 5.7 (11)
  const auto rig = five(Mode::exchange);
  rig->script("abort bad transfer-status");
  const Streamed streamed = rig->client.synchronize(rig->open_inbox(), contents(false), {});
  EXPECT_EQ(streamed.return_value, 0U);
  EXPECT_EQ(streamed.status, wire::transfer_status::kError);
}

TEST(EmulatorBadMessages, SilentlyLeftOutAndSeenAllTheSame) {  // 5.7 (12)
  for (const Mode mode : {Mode::exchange, Mode::gromox}) {
    const auto rig = five(mode, {fake::DamageKind::hide, Errc::ok});
    const auto run = rig->run();
    EXPECT_TRUE(run->parsed);
    EXPECT_EQ(run->log.complete, 4U);
    EXPECT_EQ(run->log.errors, 0U);
    EXPECT_TRUE(covers(*rig, run->log.last_state, "bad"));
    EXPECT_EQ(gives(*rig, run->log.last_state, "bad"), mode == Mode::exchange);
  }
}

TEST(EmulatorBadMessages, ReportedAsDeletedToWhomHasIt) {
  Rig rig(Mode::gromox);
  rig.add("m");
  const auto before = rig.run();
  ASSERT_TRUE(rig.box.break_message(rig.box.message("m").value(), {fake::DamageKind::hide_as_deleted, Errc::ok}));
  const auto run = rig.run(before->log.last_state);
  ASSERT_TRUE(run->log.last_deletions.deleted);
  EXPECT_TRUE(run->log.last_deletions.deleted->contains(1, rig.record("m").mid));
}

TEST(EmulatorBadMessages, TheConnectionMayEndInTheMiddleOfIt) {  // 5.7 (14)
  const auto rig = five(Mode::exchange);
  rig->script("abort bad cut");
  EXPECT_TRUE(rig->client.synchronize(rig->open_inbox(), contents(false), {}).cut);
}

TEST(EmulatorBadMessages, TheServerMayDieOfIt) {
  const auto rig = five(Mode::gromox, {fake::DamageKind::server_death, Errc::ok});
  EXPECT_TRUE(rig->client.synchronize(rig->open_inbox(), contents(), {}).cut);
  EXPECT_EQ(rig->provider->counts().deaths, 1U);
  EXPECT_TRUE(rig->client.post("PING", {}).cut || response_code(rig->client.post("PING", {})) != 0);
  rig->provider->restart_server();
  EXPECT_TRUE(rig->client.synchronize(rig->open_inbox(), contents(), {}).cut);  // every time
}

TEST(EmulatorBadMessages, AStreamThatStallsHasNoEnd) {
  const auto rig = five(Mode::exchange, {fake::DamageKind::stall, Errc::ok});
  const std::uint32_t inbox = rig->open_inbox();
  const Executed configured = rig->client.execute({rop(0, contents())}, {inbox, wire::kNoHandle});
  for (int i = 0; i < 5; ++i) {
    const Executed got = rig->client.execute({rop(0, wire::SourceGetBufferRequest{wire::kServerChoosesSize, 0x7FFF})},
                                             {configured.handles.at(1)});
    EXPECT_EQ(got.response().return_value, 0U);
    EXPECT_EQ(got.body<wire::SourceGetBufferResponse>().transfer_status, wire::transfer_status::kPartial);
    EXPECT_EQ(got.body<wire::SourceGetBufferResponse>().buffer.empty(), i > 0);
  }
}

TEST(EmulatorBadMessages, ListsOfMessagesRecoverOrAbort) {
  const auto rig = five(Mode::exchange);
  const std::uint32_t inbox = rig->open_inbox();
  const std::vector<wire::ShortId> ids{rig->mid("m1"), rig->mid("bad"), rig->mid("m5")};
  wire::ParserOptions options;
  options.root = wire::StreamRoot::message_list;
  options.recover_mode = true;
  for (const char* script : {"", "place bad before-header", "place bad embedded", "place bad later-buffer"}) {
    rig->script(script);
    wire::StreamLog log;
    ASSERT_TRUE(wire::parse(rig->client.copy_messages(inbox, ids).bytes, options, log)) << script;
    EXPECT_EQ(log.complete, 2U) << script;
    EXPECT_EQ(log.errors, 1U) << script;
  }
  EXPECT_EQ(rig->client.copy_messages(inbox, ids, 0x09).return_value, 0x8004011BU);
  EXPECT_EQ(rig->client.copy_messages(inbox, {rig->mid("bad")}, 0x09).return_value, 0x8004011BU);
  EXPECT_EQ(rig->client.copy_messages(inbox, {rig->mid("m1")}, 0x09).return_value, 0U);
}

TEST(EmulatorBadMessages, OpeningItFailsAtOneServerOnly) {
  for (const Mode mode : {Mode::exchange, Mode::gromox}) {
    const auto rig = five(mode);
    const std::uint32_t inbox = rig->open_inbox();
    const wire::ShortId folder = rig->client.short_id(rig->inbox_key());
    const Executed opened =
        rig->client.execute({rop(0, wire::OpenMessageRequest{1, 0x0FFF, folder, 0, rig->mid("bad")}),
                             rop(1, wire::SourceCopyToRequest{2, 0, 0, 0x0D, {}})},
                            {inbox, wire::kNoHandle, wire::kNoHandle});
    EXPECT_EQ(opened.response(0).return_value, mode == Mode::gromox ? 0x3F0U : 0U);
    if (mode == Mode::gromox) continue;
    EXPECT_EQ(rig->client.read_all(opened.handles.at(2)).return_value, 0x8004011BU);
  }
}

TEST(EmulatorBadMessages, ServersThatRefuseRecoverModeSaySo) {
  fake::FaultPlan plan = calm(Mode::exchange);
  plan.server.recover_mode = fake::RecoverMode::reject;
  Rig rig(Mode::exchange, plan);
  EXPECT_EQ(rig.client.synchronize(rig.open_inbox(), contents(), {}).return_value, rop_code::kInvalidParameter);
  EXPECT_EQ(rig.client.synchronize(rig.open_inbox(), contents(false), {}).return_value, 0U);
}

// --- Throttling ---

TEST(EmulatorThrottling, ABusyServerLosesNothing) {
  const auto rig = five(Mode::exchange, {fake::DamageKind::none, Errc::ok});
  rig->script("busy 1 10000");
  const std::uint32_t inbox = rig->open_inbox();
  const Executed configured = rig->client.execute({rop(0, contents())}, {inbox, wire::kNoHandle});
  const std::uint32_t download = configured.handles.at(1);
  const auto get = [&] {
    return rig->client.execute({rop(0, wire::SourceGetBufferRequest{wire::kServerChoosesSize, 0x7FFF})}, {download});
  };
  const Executed busy = get();
  EXPECT_EQ(busy.response().return_value, 0x480U);
  EXPECT_EQ(busy.body<wire::SourceGetBufferResponse>().backoff_ms, 10'000U);
  wire::StreamLog log;
  ASSERT_TRUE(wire::parse(rig->client.read_all(download).bytes, {}, log));
  EXPECT_EQ(log.complete, 5U);
}

TEST(EmulatorThrottling, BackoffEndsTheList) {
  Rig rig;
  rig.client.logon();  // one ROP
  rig.script("backoff 3 5000\nexecute 4 0x6bb");
  const std::vector<RopRequest> ask(3, rop(0, wire::TellVersionRequest{}));
  const Executed executed = rig.client.execute(ask, {rig.client.logon_handle()});  // ROPs 2, 3
  ASSERT_EQ(executed.payloads.at(0).size(), 2U);
  EXPECT_EQ(executed.response(1).id, wire::RopId::backoff);
  EXPECT_EQ(executed.body<wire::BackoffResponse>(1).duration_ms, 5000U);
  EXPECT_EQ(rig.client.execute(ask, {rig.client.logon_handle()}).error_code, 0U);
  EXPECT_EQ(rig.client.execute(ask, {rig.client.logon_handle()}).error_code, rop_code::kTooBusy);
}

TEST(EmulatorThrottling, ThePlansFailuresTravel) {
  fake::FaultPlan plan = calm(Mode::exchange);
  plan.failures = {{fake::PortCall::open_folder, 1, 1, Errc::no_access, {}},
                   {fake::PortCall::open_table, 1, 1, Errc::busy, std::chrono::milliseconds(7)},
                   {fake::PortCall::open_table, 2, 1, Errc::session_lost, {}},
                   {fake::PortCall::open_session, 2, 1, Errc::network, {}}};
  Rig rig(Mode::exchange, plan);
  rig.client.logon();
  const wire::ShortId inbox = rig.client.short_id(rig.inbox_key());
  EXPECT_EQ(
      rig.client.execute({rop(0, wire::OpenFolderRequest{1, inbox, 0})}, {rig.client.logon_handle(), wire::kNoHandle})
          .response()
          .return_value,
      rop_code::kNoAccess);
  const std::uint32_t folder = rig.client.open_folder(inbox);
  const auto table = [&] { return rig.client.execute({rop(0, wire::GetContentsTableRequest{1, 0})}, {folder, 0}); };
  EXPECT_EQ(table().body<wire::BackoffResponse>().duration_ms, 7U);
  EXPECT_EQ(table().response_code, 10);
  EXPECT_TRUE(rig.client.post("Connect", "/o=mapisync/cn=x" + Bytes(21, '\0')).cut);
}

}  // namespace
}  // namespace mapisync::emulator::test
