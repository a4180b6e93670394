// Bodies of Connect, Execute and Disconnect against the vectors, in both directions. [wire 8.1]
#include "providers/mapihttp/transport/request_bodies.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace mapisync::mapihttp {
namespace {

Bytes hex(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '|' || c == '\n'; });
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  Bytes out;
  EXPECT_TRUE(from_hex(text, out));
  return out;
}

const Bytes kConnectRequest =
    hex("2F 6F 3D 41 2F 63 6E 3D 75 00 | 00 00 00 00 | E4 04 00 00 | 09 04 00 00 | 09 04 00 00 | 00 00 00 00");
const Bytes kConnectResponse = hex(
    "00 00 00 00 | 00 00 00 00 | 60 EA 00 00 | 06 00 00 00 | 10 27 00 00 | 2F 6F 3D 41 00 | 55 00 00 00 | 00 00 00 00");
const Bytes kLogonRopBuffer =
    hex("00 00 04 00 1E 00 1E 00 | 1A 00 | FE 00 00 01 04 00 00 01 00 00 00 00 0A 00 2F 6F 3D 41 2F 63 6E 3D 75 00 | "
        "FF FF FF FF");
const Bytes kLogonExecute = hex("03 00 00 00 | 26 00 00 00") + kLogonRopBuffer + hex("08 80 00 00 | 00 00 00 00");

TEST(RequestBodies, ConnectRequestVector) {
  ConnectRequest request;
  request.user_dn = "/o=A/cn=u";
  const auto encoded = encode(request);
  ASSERT_TRUE(encoded);
  EXPECT_EQ(to_hex(encoded.value()), to_hex(kConnectRequest));
  EXPECT_EQ(kConnectRequest.size(), 30U);
  const auto decoded = decode_connect_request(kConnectRequest);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded.value(), request);
}

TEST(RequestBodies, ConnectResponseVector) {
  ConnectResponse response;
  response.polls_max = 60000;
  response.retry_count = 6;
  response.retry_delay = 10000;
  response.dn_prefix = "/o=A";
  response.display_name = u"U";
  EXPECT_EQ(to_hex(encode(response)), to_hex(kConnectResponse));
  EXPECT_EQ(kConnectResponse.size(), 33U);
  const auto decoded = decode_connect_response(kConnectResponse);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded.value(), response);
}

TEST(RequestBodies, ExecuteVector) {
  ExecuteRequest request;
  request.rop_buffer = kLogonRopBuffer;
  const auto encoded = encode(request);
  ASSERT_TRUE(encoded);
  EXPECT_EQ(to_hex(encoded.value()), to_hex(kLogonExecute));
  EXPECT_EQ(kLogonExecute.size(), 54U);
  const auto decoded = decode_execute_request(kLogonExecute);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded.value(), request);
}

TEST(RequestBodies, ThereAndBack) {
  ExecuteResponse execute;
  execute.flags = 7;
  execute.rop_buffer = Bytes("\0\x01\x02", 3);
  execute.aux = "aux";
  const auto executed = decode_execute_response(encode(execute));
  ASSERT_TRUE(executed);
  EXPECT_EQ(executed.value(), execute);
  const auto disconnect = decode_disconnect_request(encode(DisconnectRequest{"a"}));
  ASSERT_TRUE(disconnect);
  EXPECT_EQ(disconnect.value().aux, "a");
  const auto disconnected = decode_disconnect_response(encode(DisconnectResponse{0, "b"}));
  ASSERT_TRUE(disconnected);
  EXPECT_EQ(disconnected.value().aux, "b");
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

TEST(RequestBodies, NothingButTheWholeBody) {
  expect_exact(kConnectRequest, decode_connect_request);
  expect_exact(kConnectResponse, decode_connect_response);
  expect_exact(kLogonExecute, decode_execute_request);
  ExecuteResponse execute;
  execute.rop_buffer = "rops";
  execute.aux = "aux";
  expect_exact(encode(execute), decode_execute_response);
  expect_exact(encode(DisconnectRequest{"a"}), decode_disconnect_request);
  expect_exact(encode(DisconnectResponse{0, "b"}), decode_disconnect_response);
}

TEST(RequestBodies, HostileLengths) {
  EXPECT_FALSE(decode_execute_response(hex("00000000 00000000 00000000 FFFFFFFF 00000000")));
  EXPECT_FALSE(decode_execute_response(hex("00000000 00000000 00000000 00000000 FFFFFFFF")));
  EXPECT_FALSE(decode_disconnect_response(hex("00000000 00000000 01000000")));
}

TEST(RequestBodies, StatusCodesAreFailures) {
  for (const Bytes& body : {encode_failed_body(0x480), hex("80040000 80040000")}) {  // gromox: the status twice
    const auto answer = decode_execute_response(body);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().errc(), Errc::busy);
    EXPECT_EQ(answer.error().raw_code, 0x480U);
    EXPECT_NE(answer.error().scope, Scope::mailbox) << "the session is still there";
  }
}

TEST(RequestBodies, AfterAnErrorCodeNothingIsExpected) {
  const auto answer = decode_execute_response(hex("00000000 7D040000 0102"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.value().error_code, 0x47DU);
  EXPECT_TRUE(answer.value().rop_buffer.empty());
}

TEST(RequestBodies, WhatCannotBeSaid) {
  ConnectRequest connect;
  connect.user_dn = std::string("/o=A\0B", 6);
  EXPECT_FALSE(encode(connect));
  ExecuteRequest execute;
  execute.rop_buffer.assign(kMostRopBytes + 1, 'x');
  EXPECT_FALSE(encode(execute));
  execute.rop_buffer.pop_back();
  EXPECT_TRUE(encode(execute));
}

}  // namespace
}  // namespace mapisync::mapihttp
