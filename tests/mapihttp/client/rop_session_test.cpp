// Lists of ROPs: what does not fit, what has to wait, what is released. Without a socket.
#include "providers/mapihttp/client/rop_session.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "providers/mapihttp/wire/meta_tags.h"
#include "providers/mapihttp/wire/rop_payload.h"
#include "providers/mapihttp/wire/rpc_header_ext.h"
#include "tests/mapihttp/transport/scripted_channel.h"
#include "tests/support/manual_clock.h"

namespace mapisync::mapihttp {
namespace {

using mapisync::test::ManualClock;
using mapisync::test::SeededRandom;
using test::ScriptedAnswer;
using test::ScriptedChannel;
using test::SeenRequest;

ScriptedAnswer good(const Bytes& body) { return {200, {"X-ResponseCode: 0"}, wire::encode_meta_tags(0, {}) + body}; }

class RopSessions : public testing::Test {
 protected:
  RopSessions() {
    SessionOptions options{Url::parse("https://mail.example.com/mapi/emsmdb/?MailboxId=1").value(), "/o=A/cn=u"};
    answers_.push_back(good(encode(wire::ConnectResponse{}).value()));
    auto transport = std::make_unique<MapiSession>(std::move(options), Credentials{AuthScheme::basic, "u", Secret{"p"}},
                                                   std::make_unique<ScriptedChannel>(answers_, seen_), clock_, random_);
    EXPECT_TRUE(transport->connect(limits_));
    seen_.clear();
    session_ = std::make_unique<RopSession>(std::move(transport), clock_);
  }
  /// An Execute that is answered so.
  void answer(const Bytes& rops, const std::vector<std::uint32_t>& handles) {
    wire::ExecuteResponse response;
    const Bytes payload = wire::encode_rop_payload({rops, handles}).value();
    response.rop_buffer = wire::encode_rop_buffer(std::vector{payload}).value();
    answers_.push_back(good(encode(response).value()));
  }
  Bytes answered(const std::vector<wire::RopResponse>& responses, const std::vector<wire::RopRequest>& requests) {
    return wire::encode_responses(responses, {requests, {}, wire::code_page::kWindows1252}).value();
  }
  wire::ExecuteRequest execute(std::size_t i) { return wire::decode_execute_request(seen_.at(i).body).value(); }
  wire::RopPayload payload(std::size_t i) {
    return wire::decode_rop_payload(wire::decode_rop_buffer(execute(i).rop_buffer).value().at(0)).value();
  }
  std::vector<wire::RopRequest> requests(std::size_t i) { return wire::decode_requests(payload(i).rops).value(); }

  std::deque<ScriptedAnswer> answers_;
  std::vector<SeenRequest> seen_;
  ManualClock clock_;
  SeededRandom random_{1};
  StopFlag stop_;
  CallLimits limits_{stop_};
  std::unique_ptr<RopSession> session_;

  const wire::RopRequest open_{0, 0, wire::OpenFolderRequest{1, {1, 5}, 0}};
  const wire::RopRequest seek_{0, 1, wire::SeekRowRequest{}};
  const wire::RopResponse opened_{wire::RopId::open_folder, 1, 0, wire::OpenFolderResponse{}};
  const wire::RopResponse sought_{wire::RopId::seek_row, 1, 0, wire::SeekRowResponse{}};
};

TEST_F(RopSessions, WhatDoesNotFitIsAskedForAgainWithMoreRoom) {
  const wire::RopResponse no_room{wire::RopId::buffer_too_small, 0, 0, wire::BufferTooSmallResponse{100, "rest"}};
  answer(answered({opened_, no_room}, {open_, seek_}), {7, 9});
  answer(answered({sought_}, {seek_}), {7, 9});
  const auto got = session_->call({{open_, seek_}, {7, wire::kNoHandle}, {}}, limits_);
  ASSERT_TRUE(got) << got.error().to_string();
  EXPECT_EQ(got.value().responses.size(), 2U);
  EXPECT_EQ(got.value().handles, (std::vector<std::uint32_t>{7, 9}));
  ASSERT_EQ(seen_.size(), 2U);
  ASSERT_EQ(requests(1).size(), 1U) << "what was answered is not asked for again";
  EXPECT_EQ(payload(1).handles, (std::vector<std::uint32_t>{7, 9})) << "with the handle that the first one made";
}

TEST_F(RopSessions, WhatNeverFitsFails) {
  const wire::RopResponse no_room{wire::RopId::buffer_too_small, 0, 0, wire::BufferTooSmallResponse{100, "rest"}};
  for (int i = 0; i < 5; ++i) answer(answered({no_room}, {open_}), {7, wire::kNoHandle});
  const auto got = session_->call({{open_}, {7, wire::kNoHandle}, {}}, limits_);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().errc(), Errc::too_big);
  EXPECT_EQ(seen_.size(), 2U);
  EXPECT_LT(execute(0).max_rop_out, execute(1).max_rop_out);
}

TEST_F(RopSessions, AnExecuteThatIsTooSmallIsAskedForMore) {
  wire::ExecuteResponse small;
  small.error_code = 0x47D;
  answers_.push_back(good(encode(small).value()));
  answer(answered({opened_}, {open_}), {7, 9});
  EXPECT_TRUE(session_->call({{open_}, {7, wire::kNoHandle}, {}}, limits_));
  EXPECT_EQ(execute(1).max_rop_out, 0x40000U);
}

TEST_F(RopSessions, ABackoffIsWaitedForAndTheRestAskedForAgain) {
  const wire::RopResponse wait{wire::RopId::backoff, 0, 0, wire::BackoffResponse{0, 3000, {}, {}}};
  answer(answered({opened_, wait}, {open_, seek_}), {7, 9});
  answer(answered({sought_}, {seek_}), {7, 9});
  const auto got = session_->call({{open_, seek_}, {7, wire::kNoHandle}, {}}, limits_);
  ASSERT_TRUE(got) << got.error().to_string();
  EXPECT_EQ(clock_.waits(), std::vector<Duration>{std::chrono::seconds{3}});
  EXPECT_EQ(requests(1).size(), 1U);
}

TEST_F(RopSessions, ABusyServerIsLeftAfterAWhileAndAtTheDeadline) {
  wire::ExecuteResponse busy;
  busy.error_code = 0x6BB;
  for (int i = 0; i < 20; ++i) answers_.push_back(good(encode(busy).value()));
  EXPECT_EQ(session_->call({{open_}, {7, wire::kNoHandle}, {}}, limits_).error().errc(), Errc::busy);
  EXPECT_EQ(clock_.waits().size(), 5U);
  clock_.forget_waits();
  const CallLimits short_limits{stop_, std::chrono::milliseconds{500}};
  EXPECT_EQ(session_->call({{open_}, {7, wire::kNoHandle}, {}}, short_limits).error().errc(), Errc::busy);
  EXPECT_TRUE(clock_.waits().empty());
  stop_.request();
  const std::size_t before = seen_.size();
  EXPECT_FALSE(session_->call({{open_}, {7, wire::kNoHandle}, {}}, limits_));
  EXPECT_EQ(seen_.size(), before + 1);
}

TEST_F(RopSessions, AnswersAreNotLostToABackoffBehindThem) {
  const wire::RopResponse wait{wire::RopId::backoff, 0, 0, wire::BackoffResponse{0, 3'600'000, {}, {}}};
  answer(answered({opened_, wait}, {open_}), {7, 9});
  const auto got = session_->call({{open_}, {7, wire::kNoHandle}, {}}, limits_);
  ASSERT_TRUE(got) << got.error().to_string();
  EXPECT_EQ(got.value().responses.size(), 1U);
  EXPECT_EQ(got.value().handles, (std::vector<std::uint32_t>{7, 9}));
}

TEST_F(RopSessions, AStopWhileTheServerIsWaitedForIsNoFaultOfTheServer) {
  wire::ExecuteResponse busy;
  busy.error_code = 0x6BB;
  answers_.push_back(good(encode(busy).value()));
  stop_.request();
  const auto got = session_->call({{open_}, {7, wire::kNoHandle}, {}}, limits_);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().errc(), Errc::cancelled);
  EXPECT_EQ(got.error().scope, Scope::process);
}

TEST_F(RopSessions, ObjectsAreReleasedWithTheNextList) {
  {
    const ServerObject gone(std::shared_ptr<RopSession>(session_.get(), [](RopSession*) {}), 41);
  }
  session_->release_later(42);
  EXPECT_TRUE(seen_.empty()) << "a destructor sends nothing";
  const wire::RopRequest release{0, 2, wire::ReleaseRequest{}};
  answer(answered({opened_}, {release, release, open_}), {7, 9, wire::kNoHandle, wire::kNoHandle});
  const auto got = session_->call({{open_}, {7, wire::kNoHandle}, {}}, limits_);
  ASSERT_TRUE(got) << got.error().to_string();
  EXPECT_EQ(got.value().handles.size(), 2U);
  const auto sent = requests(0);
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(payload(0).handles, (std::vector<std::uint32_t>{7, wire::kNoHandle, 41, 42}));
  EXPECT_TRUE(std::holds_alternative<wire::ReleaseRequest>(sent[0].body));
  answer(answered({opened_}, {open_}), {7, 9});
  EXPECT_TRUE(session_->call({{open_}, {7, wire::kNoHandle}, {}}, limits_));
  EXPECT_EQ(requests(1).size(), 1U) << "once";
}

TEST_F(RopSessions, WhatNobodyAskedForIsPassedOver) {
  const wire::RopResponse pending{wire::RopId::pending, 0, 0, wire::PendingResponse{0}};
  answer(answered({opened_, pending}, {open_}), {7, 9});
  const auto got = session_->call({{open_}, {7, wire::kNoHandle}, {}}, limits_);
  ASSERT_TRUE(got);
  EXPECT_EQ(got.value().responses.size(), 1U);
}

TEST_F(RopSessions, WhatCannotBeReadTakesTheSessionAlong) {
  answer("nonsense", {7, 9});
  const auto got = session_->call({{open_}, {7, wire::kNoHandle}, {}}, limits_);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().errc(), Errc::malformed);
  EXPECT_EQ(got.error().scope, Scope::mailbox);
  answer(answered({opened_}, {open_}), {7});  // a handle too few
  EXPECT_FALSE(session_->call({{open_}, {7, wire::kNoHandle}, {}}, limits_));
}

}  // namespace
}  // namespace mapisync::mapihttp
