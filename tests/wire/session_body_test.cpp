// Bodies of Connect, Execute, Disconnect and NotificationWait against the vectors, in both directions. [wire 8.1]
#include "providers/mapihttp/wire/session_body.h"

#include <gtest/gtest.h>

#include <string>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/limits.h"
#include "tests/wire/vectors.h"

namespace mapisync::wire {
namespace {

using vectors::bytes;

TEST(SessionBody, V8ConnectRequest) {
  ConnectRequest request;
  request.user_dn = "/o=A/cn=u";
  EXPECT_EQ(encode(request).value(), bytes(vectors::kV8));
  const auto back = decode_connect_request(bytes(vectors::kV8));
  ASSERT_TRUE(back) << back.error().to_string();
  EXPECT_EQ(back.value().user_dn, "/o=A/cn=u");
  EXPECT_EQ(back.value().code_page, 1252U);
  EXPECT_EQ(back.value().lcid_sort, 1033U);
}

TEST(SessionBody, V9ConnectResponse) {
  ConnectResponse response;
  response.polls_max_ms = 60000;
  response.retry_count = 6;
  response.retry_delay_ms = 10000;
  response.dn_prefix = "/o=A";
  response.display_name = "U";
  EXPECT_EQ(encode(response).value(), bytes(vectors::kV9));
  const auto back = decode_connect_response(bytes(vectors::kV9));
  ASSERT_TRUE(back) << back.error().to_string();
  EXPECT_EQ(back.value().polls_max_ms, 60000U);
  EXPECT_EQ(back.value().retry_delay_ms, 10000U);
  EXPECT_EQ(back.value().display_name, "U");
}

TEST(SessionBody, AFailureOfTheServerIsNoBody) {
  const Bytes failed = encode(FailedBody{0x6BB, "aux"}).value();
  EXPECT_EQ(decode_failed_body(failed).value().status, 0x6BBU);
  const auto connect = decode_connect_response(failed);
  ASSERT_FALSE(connect);
  EXPECT_EQ(connect.error().errc(), Errc::call_failed);
  EXPECT_EQ(connect.error().raw_code, 0x6BBU);
  EXPECT_FALSE(decode_execute_response(failed));
  // A refusal behind a good status may leave out the rest.
  EXPECT_EQ(decode_connect_response(bytes("00 00 00 00 05 00 07 80")).value().error_code, 0x80070005U);
  EXPECT_EQ(decode_execute_response(bytes("00 00 00 00 7D 04 00 00 AA")).value().error_code, 0x47DU);
}

TEST(SessionBody, TheOthersGoThereAndBack) {
  ExecuteResponse execute;
  execute.rop_buffer = "rops";
  execute.auxiliary = "aux";
  EXPECT_EQ(decode_execute_response(encode(execute).value()).value().rop_buffer, "rops");
  EXPECT_EQ(decode_disconnect_request(encode(DisconnectRequest{"a"}).value()).value().auxiliary, "a");
  EXPECT_EQ(decode_disconnect_response(encode(DisconnectResponse{3, "a"}).value()).value().error_code, 3U);
  EXPECT_EQ(decode_notification_wait_request(encode(NotificationWaitRequest{0, "a"}).value()).value().auxiliary, "a");
  EXPECT_TRUE(
      decode_notification_wait_response(encode(NotificationWaitResponse{0, true, {}}).value()).value().event_pending);
  EXPECT_FALSE(decode_disconnect_request(bytes("FF FF FF FF 00")));
}

// Every proper prefix of a body is refused, and so is a byte too many: no length is believed.
template <class Decode>
void expect_exact(const Bytes& body, Decode decode) {
  ASSERT_TRUE(decode(BytesView(body)));
  for (std::size_t size = 0; size < body.size(); ++size) {
    const auto decoded = decode(BytesView(body).substr(0, size));
    ASSERT_FALSE(decoded) << size;
    ASSERT_EQ(decoded.error().errc(), Errc::malformed) << size;
  }
  ASSERT_FALSE(decode(BytesView(body + 'x')));
}

TEST(SessionBody, NothingButTheWholeBody) {
  ExecuteRequest asked;
  asked.rop_buffer = "rops";
  asked.auxiliary = "aux";
  expect_exact(bytes(vectors::kV8), decode_connect_request);
  expect_exact(bytes(vectors::kV9), decode_connect_response);
  expect_exact(encode(asked).value(), decode_execute_request);
  ExecuteResponse execute;
  execute.rop_buffer = "rops";
  execute.auxiliary = "aux";
  expect_exact(encode(execute).value(), decode_execute_response);
  expect_exact(encode(DisconnectRequest{"a"}).value(), decode_disconnect_request);
  expect_exact(encode(DisconnectResponse{0, "b"}).value(), decode_disconnect_response);
  expect_exact(encode(NotificationWaitRequest{0, "a"}).value(), decode_notification_wait_request);
  expect_exact(encode(NotificationWaitResponse{0, true, "b"}).value(), decode_notification_wait_response);
}

TEST(SessionBody, HostileLengths) {
  EXPECT_FALSE(decode_execute_response(bytes("00 00 00 00 00 00 00 00 00 00 00 00 FF FF FF FF 00 00 00 00")));
  EXPECT_FALSE(decode_execute_response(bytes("00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 FF FF FF FF")));
  EXPECT_FALSE(decode_disconnect_response(bytes("00 00 00 00 00 00 00 00 01 00 00 00")));
}

TEST(SessionBody, AStatusSentTwice) {  // gromox
  const auto answer = decode_execute_response(bytes("80 04 00 00 80 04 00 00"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().raw_code, 0x480U);
}

TEST(SessionBody, WhatCannotBeSaid) {
  ConnectRequest connect;
  connect.user_dn = std::string("/o=A\0B", 6);
  EXPECT_FALSE(encode(connect));
  ExecuteRequest execute;
  execute.rop_buffer.assign(limits::kRopBufferMax + 1, 'x');
  EXPECT_FALSE(encode(execute));
  execute.rop_buffer.pop_back();
  EXPECT_TRUE(encode(execute));
  execute.auxiliary.assign(limits::kAuxiliaryMax + 1, 'x');
  EXPECT_FALSE(encode(execute));
}

}  // namespace
}  // namespace mapisync::wire
